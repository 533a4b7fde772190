import { readFile } from "node:fs/promises";
import type { Table } from "apache-arrow";
import type { Catalog } from "../catalog/connection.js";
import { listLogged } from "../catalog/logged.js";
import { readRun, recordedParts } from "./along.js";
import type { StepRange } from "./along.js";
import { joinStretches, stepsOf } from "./columns.js";
import type { Stretch } from "./columns.js";
import { downsample } from "./downsample.js";
import type { Curve } from "./downsample.js";
import { joinLogged } from "./logged-columns.js";
import { readSealed } from "./sealed-reader.js";
import { readSegment } from "./segment-reader.js";

/**
 * The metrics of a session along its timeline, inherited steps included, as one Arrow table with
 * ascending steps; columns logged later come after the recorded ones. Of sealed runs only the steps
 * and columns asked for are read.
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
  const stretches: Stretch[] = [];
  for (const part of recordedParts(db, sessionId, range)) {
    const tables = await readRun(db, store, part.runId, "metrics", {
      sealed: (file) => readSealed(file, { from: part.from, to: part.to, columns }),
      segment: async (file) => readSegment(await readFile(file)),
    });
    stretches.push({ tables, from: part.from, to: part.to });
  }
  return joinLogged(
    joinStretches(stretches, columns),
    listLogged(db, sessionId, from, to),
    columns,
  );
}

/**
 * One column of a session along its timeline, thinned for a plot of a width: each pixel keeps its
 * least and greatest value.
 *
 * @throws SessionNotFound, MetricsDamaged, RangeError
 * @example (await readCurve(db, store, id, "train_loss", { pixels: 640 })).values
 */
export async function readCurve(
  db: Catalog,
  store: string,
  sessionId: string,
  column: string,
  { pixels, ...range }: StepRange & { pixels: number },
): Promise<Curve> {
  const table = await readMetrics(db, store, sessionId, { ...range, columns: [column] });
  const values = new Float64Array(table.numRows).fill(Number.NaN);
  const data = table.getChild(column)?.data[0];
  for (let row = 0; row < values.length; row++) {
    if (data?.getValid(row)) values[row] = Number(data.values[row]);
  }
  return downsample({ steps: stepsOf(table), values }, pixels);
}
