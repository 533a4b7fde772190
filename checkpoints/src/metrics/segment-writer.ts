import { constants } from "node:fs";
import { MetricsInvalid } from "../errors/data-errors.js";
import { settle, writeLightly } from "../catalog/connection.js";
import type { Catalog } from "../catalog/connection.js";
import { advanceSegment, insertSegment, listSegments } from "../catalog/recorded-rows.js";
import { advanceLiveRun, getLiveRun } from "../catalog/runs.js";
import { removeIfThere, syncFolderOf, writeAll } from "../files/durable.js";
import { fileSystem } from "../files/file-system.js";
import { SERIES_FOLDER, segmentFile } from "../folder/layout.js";
import type { Series } from "../folder/layout.js";
import type { WriterContext } from "../writer/context.js";
import type { Chunk } from "./chunk.js";

const { O_APPEND, O_CREAT, O_TRUNC, O_WRONLY } = constants;
const APPEND_TO_EMPTY = O_APPEND | O_CREAT | O_TRUNC | O_WRONLY;

/** A segment that this worker appends to. */
export interface OpenSegment {
  runId: string;
  series: Series;
  number: number;
  /** The first step of its run, and the last one in it or before it, -1 if none. */
  fromStep: number;
  lastStep: number;
  fd: number;
  schema: Uint8Array;
  /** Bytes of whole messages in the file. */
  length: number;
  /** Of the run's segments before this one. They stay open until its end, for flush to sync them. */
  earlier: number[];
  /** Rows that were refused are still behind these: they could not be cut off. */
  torn?: boolean;
}

/**
 * Appends rows to the live segment of a run, handing them to the system at once, and records their
 * count. A new segment begins with another schema, and with a new writer: never behind a tail that
 * a dead writer may have torn.
 *
 * @throws RunNotFound, RunEnded, MetricsInvalid when steps do not ascend, and the system's or
 *   SQLite's error; then nothing of these rows is left
 * @example appendRows(context, "metrics", runId, metricsChunk(bytes));
 */
export function appendRows(
  context: WriterContext,
  series: Series,
  runId: string,
  chunk: Chunk,
): void {
  const { db, segments } = context;
  const key = `${series}/${runId}`;
  const before = segments.get(key);
  const lengthBefore = before?.length ?? 0;
  if (before?.torn) cutBack(before);
  let segment = before;
  try {
    writeLightly(db, () => {
      // What the catalog says of an open segment this worker alone has written there.
      const at = before ?? placeOf(db, series, runId);
      if (chunk.rows > 0 && series === "metrics") {
        advanceLiveRun(db, runId, chunk.lastStep, chunk.rows);
      } else {
        getLiveRun(db, runId);
      }
      if (chunk.rows === 0) return;
      const { fromStep, lastStep } = at;
      requireAscent(series, chunk, fromStep, lastStep);
      if (!segment || Buffer.compare(segment.schema, chunk.schema) !== 0) {
        const number = at.number + 1;
        insertSegment(db, runId, series, number);
        // Appending: after a failed write is cut off, the next one begins where the file ends. What
        // has the name already was refused when it was written, and could not be removed.
        const file = segmentFile(context.path, series, runId, number);
        const fd = fileSystem.openSync(file, APPEND_TO_EMPTY, 0o600);
        const earlier = before ? [...before.earlier, before.fd] : [];
        const schema = chunk.schema.slice();
        const place = { runId, series, number, fromStep, lastStep };
        segment = { ...place, fd, schema, length: 0, earlier };
        writeAll(fd, [chunk.schema]);
        segment.length = chunk.schema.byteLength;
      }
      writeAll(segment.fd, [chunk.batches]);
      segment.length += chunk.batches.byteLength;
      advanceSegment(db, runId, series, segment.number, chunk.rows, chunk.lastStep);
    });
  } catch (error) {
    undo(context, segment, before, lengthBefore);
    throw error;
  }
  if (!segment) return;
  segment.lastStep = Math.max(segment.lastStep, chunk.lastStep);
  segments.set(key, segment);
}

/** Waits until the disk has all rows appended so far. Throws the system's error. @example syncSegments(context) */
export function syncSegments({ db, path, segments }: WriterContext): void {
  if (segments.size === 0) return;
  for (const { fd, earlier } of segments.values()) {
    for (const each of [...earlier, fd]) fileSystem.fsyncSync(each);
  }
  // A file that the folder does not know is none after a power cut.
  for (const { series, runId, number } of segments.values()) {
    syncFolderOf(segmentFile(path, series, runId, number));
  }
  settle(db);
}

/** Lets go of the segments of a run. Throws the system's error. @example closeSegments(context, runId) */
export function closeSegments({ segments }: WriterContext, runId: string): void {
  for (const series of Object.keys(SERIES_FOLDER) as Series[]) {
    const segment = segments.get(`${series}/${runId}`);
    if (!segment) continue;
    // What was refused must not be read as recorded.
    if (segment.torn) cutBack(segment);
    segments.delete(`${series}/${runId}`);
    for (const fd of [...segment.earlier, segment.fd]) fileSystem.closeSync(fd);
  }
}

type Place = Pick<OpenSegment, "fromStep" | "lastStep" | "number">;

function placeOf(db: Catalog, series: Series, runId: string): Place {
  const { fromStep } = getLiveRun(db, runId);
  const { number, lastStep } = listSegments(db, runId, series).at(-1) ?? {
    number: 0,
    lastStep: -1,
  };
  return { number, fromStep, lastStep };
}

function requireAscent(series: Series, chunk: Chunk, fromStep: number, last: number): void {
  const { firstStep } = chunk;
  if (firstStep < fromStep) {
    throw new MetricsInvalid({
      reason: `step ${firstStep} lies before the run's first, ${fromStep}`,
    });
  }
  if (series === "metrics" ? firstStep <= last : firstStep < last) {
    throw new MetricsInvalid({ reason: `step ${firstStep} comes after step ${last}` });
  }
}

function undo(
  context: WriterContext,
  segment: OpenSegment | undefined,
  before: OpenSegment | undefined,
  lengthBefore: number,
): void {
  if (!segment) return;
  if (segment !== before) {
    removeIfThere(segmentFile(context.path, segment.series, segment.runId, segment.number));
    fileSystem.closeSync(segment.fd);
    return;
  }
  segment.length = lengthBefore;
  segment.torn = true;
  cutBack(segment);
}

function cutBack(segment: OpenSegment): void {
  fileSystem.ftruncateSync(segment.fd, segment.length);
  segment.torn = false;
}
