import { MetricsDamaged } from "../errors/data-errors.js";
import { snapshot } from "../catalog/connection.js";
import type { Catalog } from "../catalog/connection.js";
import { findSealed, listSegments } from "../catalog/recorded-rows.js";
import { timeline } from "../catalog/timeline.js";
import { sealedFile, segmentFile } from "../folder/layout.js";
import type { Series } from "../folder/layout.js";

/** Which steps to read, both ends included. */
export interface StepRange {
  from?: number;
  to?: number;
}

/** A stretch of a session's timeline that one run recorded. */
export interface RecordedPart {
  runId: string;
  from: number;
  to: number;
}

/** How the files of one run are read. */
export interface RunReaders<T> {
  sealed(file: string): Promise<T> | T;
  segment(file: string): Promise<T | null> | T | null;
}

const ATTEMPTS = 5;

/**
 * The parts of a session's timeline that hold steps of a range, inherited ones included.
 *
 * @throws SessionNotFound
 * @example recordedParts(db, id, { from: 0, to: 500 }).map((part) => part.runId)
 */
export function recordedParts(
  db: Catalog,
  sessionId: string,
  { from = 0, to = Number.MAX_SAFE_INTEGER }: StepRange,
): RecordedPart[] {
  return snapshot(db, () => timeline(db, sessionId))
    .map((part) => ({
      runId: part.runId,
      from: Math.max(part.from, from),
      to: Math.min(part.to, to),
    }))
    .filter((part) => part.from <= part.to);
}

/**
 * Reads what a run recorded, from its sealed file or from its segments, whichever the catalog names.
 *
 * @throws MetricsDamaged
 * @example await readRun(db, store, runId, "metrics", { sealed, segment })
 */
export async function readRun<T>(
  db: Catalog,
  store: string,
  runId: string,
  series: Series,
  readers: RunReaders<T>,
): Promise<T[]> {
  for (let attempt = 1; ; attempt++) {
    let file = "";
    try {
      if (findSealed(db, runId, series)) {
        file = sealedFile(store, series, runId);
        return [await readers.sealed(file)];
      }
      const found: T[] = [];
      for (const { number } of listSegments(db, runId, series)) {
        file = segmentFile(store, series, runId, number);
        const part = await readers.segment(file);
        if (part !== null) found.push(part);
      }
      return found;
    } catch (error) {
      const missing = (error as NodeJS.ErrnoException).code === "ENOENT";
      // Between the look into the catalog and the look into the file the run may have been sealed.
      if (missing && attempt < ATTEMPTS) continue;
      if (error instanceof MetricsDamaged) throw error;
      const reason = missing ? "it is gone" : (error as Error).message;
      throw new MetricsDamaged({ file, reason }, { cause: error });
    }
  }
}
