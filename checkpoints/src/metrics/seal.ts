import { readFileSync } from "node:fs";
import type { Table } from "apache-arrow";
import { MetricsDamaged } from "../errors/data-errors.js";
import { write } from "../catalog/connection.js";
import { insertEvent } from "../catalog/events.js";
import { listSegments, replaceBySealed } from "../catalog/recorded-rows.js";
import type { SegmentRow } from "../catalog/recorded-rows.js";
import { advanceRun, getRun, setRunRows } from "../catalog/runs.js";
import { removeIfThere, renameDurably, writeDurably } from "../files/durable.js";
import { SERIES_FOLDER, sealedFile, segmentFile, temporaryFile } from "../folder/layout.js";
import type { Series } from "../folder/layout.js";
import { newId } from "../ids.js";
import type { WriterContext } from "../writer/context.js";
import { joinStretches, stepsOf } from "./columns.js";
import { parquetFromTable } from "./parquet.js";
import { readSegment, wholeLength } from "./segment-reader.js";

/** What the segments of a run hold. */
export interface Recorded {
  segments: readonly SegmentRow[];
  tables: Table[];
  /** Rows fewer than the catalog recorded. */
  lostRows: number;
  /** Bytes behind the last whole message. */
  tornBytes: number;
  rows: number;
  /** -1 without rows. */
  lastStep: number;
}

/**
 * Turns the segments of an ended run into one Parquet file and removes them. Several processes may
 * try at once: the first to commit wins, the others leave nothing behind. A torn tail is cut off,
 * and an event says so: `rows_lost` when fewer rows are there than were recorded (a power cut),
 * `tail_cut` when only bytes go that nobody was promised.
 *
 * @throws MetricsDamaged when a segment is gone, and the system's or SQLite's error; the segments
 *   stay as they are then
 * @example sealRows(context, runId, "metrics");
 */
export function sealRows(context: WriterContext, runId: string, series: Series): void {
  const recorded = readRecorded(context, runId, series);
  if (!recorded) return;
  const all = [{ tables: recorded.tables, from: 0, to: Number.MAX_SAFE_INTEGER }];
  const bytes = recorded.rows === 0 ? null : parquetFromTable(stripped(series, joinStretches(all)));
  commitSealed(context, runId, series, recorded, bytes);
}

/**
 * Reads the segments of a run; null when there are none, or another process has sealed them.
 *
 * @throws MetricsDamaged when a segment is gone, and the system's error
 * @example const recorded = readRecorded(context, runId, "metrics");
 */
export function readRecorded(
  { db, path }: WriterContext,
  runId: string,
  series: Series,
): Recorded | null {
  const segments = listSegments(db, runId, series);
  if (segments.length === 0) return null;
  const tables: Table[] = [];
  let tornBytes = 0;
  for (const { number } of segments) {
    const file = segmentFile(path, series, runId, number);
    try {
      const bytes = readFileSync(file);
      tornBytes += bytes.byteLength - wholeLength(bytes);
      const table = readSegment(bytes);
      if (table) tables.push(table);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
      if (!sameSegments(segments, listSegments(db, runId, series))) return null;
      throw new MetricsDamaged({ file, reason: "it is gone" }, { cause: error });
    }
  }
  const rows = tables.reduce((sum, table) => sum + table.numRows, 0);
  const expected = segments.reduce((sum, segment) => sum + segment.rows, 0);
  const lastStep = Math.max(-1, ...tables.map((table) => stepsOf(table).at(-1) ?? -1));
  const lostRows = Math.max(0, expected - rows);
  return { segments, tables, lostRows, tornBytes, rows, lastStep };
}

/**
 * Puts the sealed bytes in the place of the segments, unless another process was first.
 *
 * @param bytes null when no row is left
 * @throws the system's or SQLite's error; the segments stay as they are then
 * @example commitSealed(context, runId, "metrics", recorded, parquetFromTable(table));
 */
export function commitSealed(
  context: WriterContext,
  runId: string,
  series: Series,
  recorded: Recorded,
  bytes: Uint8Array | null,
): void {
  const { db, path, lease } = context;
  const { segments, rows, lastStep } = recorded;
  const temporary = temporaryFile(path, SERIES_FOLDER[series], lease.id, newId());
  if (bytes) writeDurably(temporary, [bytes]);
  try {
    const won = write(db, () => {
      if (!sameSegments(segments, listSegments(db, runId, series))) return false;
      if (bytes) renameDurably(temporary, sealedFile(path, series, runId));
      replaceBySealed(db, runId, series, bytes && { rows, bytes: bytes.byteLength });
      if (series === "metrics") {
        setRunRows(db, runId, rows);
        advanceRun(db, runId, lastStep, 0);
      }
      noteLoss(context, runId, series, recorded);
      return true;
    });
    if (!won) return;
  } finally {
    removeIfThere(temporary);
  }
  for (const { number } of segments) removeIfThere(segmentFile(path, series, runId, number));
}

function sameSegments(a: readonly SegmentRow[], b: readonly SegmentRow[]): boolean {
  return a.length === b.length && a.every((segment, index) => segment.number === b[index]!.number);
}

// joinStretches always gives a wall column; samples have none.
function stripped(series: Series, table: Table): Table {
  return series === "samples" ? table.select(["step", "prompt", "text"]) : table;
}

function noteLoss(
  { db }: WriterContext,
  runId: string,
  series: Series,
  { lostRows, tornBytes, lastStep }: Recorded,
): void {
  if (lostRows === 0 && tornBytes === 0) return;
  insertEvent(db, {
    id: newId(),
    sessionId: getRun(db, runId).sessionId,
    runId,
    step: lastStep === -1 ? null : lastStep,
    kind: lostRows > 0 ? "rows_lost" : "tail_cut",
    data: { series, rows: lostRows, bytes: tornBytes },
    createdAt: new Date().toISOString(),
  });
}
