import { readFile } from "node:fs/promises";
import type { Table } from "apache-arrow";
import { MetricsDamaged } from "../errors/data-errors.js";
import type { Catalog } from "../catalog/connection.js";
import { findSealed, listSegments } from "../catalog/recorded-rows.js";
import { listLogged } from "../catalog/logged.js";
import { timeline } from "../catalog/timeline.js";
import { sealedFile, segmentFile } from "../folder/layout.js";
import type { Series } from "../folder/layout.js";
import type { SampleRow } from "./chunk.js";
import { joinStretches } from "./columns.js";
import type { Stretch } from "./columns.js";
import { joinLogged } from "./logged-columns.js";
import { tableFromParquet } from "./parquet.js";
import { readSegment } from "./segment-reader.js";

/** Which steps to read, both ends included. */
export interface StepRange {
  from?: number;
  to?: number;
}

const ATTEMPTS = 5;

/**
 * The metrics of a session along its timeline, inherited steps included, as one Arrow table with
 * ascending steps; columns logged later come after the recorded ones.
 *
 * @param range `columns`: those wanted besides `step`; all if not given
 * @throws SessionNotFound, MetricsDamaged
 * @example (await readMetrics(db, store, id, { from: 0, to: 500, columns: ["train_loss"] })).numRows
 */
export async function readMetrics(
  db: Catalog,
  store: string,
  sessionId: string,
  range: StepRange & { columns?: readonly string[] } = {},
): Promise<Table> {
  const { from = 0, to = Number.MAX_SAFE_INTEGER, columns } = range;
  const table = joinStretches(await readAlong(db, store, sessionId, "metrics", range), columns);
  return joinLogged(table, listLogged(db, sessionId, from, to), columns);
}

/**
 * The samples of a session along its timeline, inherited ones included, by ascending step.
 *
 * @throws SessionNotFound, MetricsDamaged
 * @example (await readSamples(db, store, id)).at(-1)?.text
 */
export async function readSamples(
  db: Catalog,
  store: string,
  sessionId: string,
  range: StepRange = {},
): Promise<SampleRow[]> {
  const stretches = await readAlong(db, store, sessionId, "samples", range);
  const table = joinStretches(stretches, ["prompt", "text"]);
  const prompts = table.getChild("prompt")!;
  const texts = table.getChild("text")!;
  return Array.from(table.getChild("step")!, (step, row) => ({
    step: Number(step),
    prompt: String(prompts.get(row)),
    text: String(texts.get(row)),
  }));
}

async function readAlong(
  db: Catalog,
  store: string,
  sessionId: string,
  series: Series,
  { from = 0, to = Number.MAX_SAFE_INTEGER }: StepRange,
): Promise<Stretch[]> {
  const stretches: Stretch[] = [];
  for (const part of timeline(db, sessionId)) {
    const begin = Math.max(part.from, from);
    const end = Math.min(part.to, to);
    if (begin > end) continue;
    const tables = await readRun(db, store, part.runId, series);
    stretches.push({ tables, from: begin, to: end });
  }
  return stretches;
}

async function readRun(
  db: Catalog,
  store: string,
  runId: string,
  series: Series,
): Promise<Table[]> {
  for (let attempt = 1; ; attempt++) {
    let file = "";
    try {
      if (findSealed(db, runId, series)) {
        file = sealedFile(store, series, runId);
        return [tableFromParquet(await readFile(file))];
      }
      const tables: Table[] = [];
      for (const { number } of listSegments(db, runId, series)) {
        file = segmentFile(store, series, runId, number);
        const table = readSegment(await readFile(file));
        if (table) tables.push(table);
      }
      return tables;
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
