import { readFileSync, renameSync } from "node:fs";
import type { Table } from "apache-arrow";
import { MetricsDamaged } from "../errors/data-errors.js";
import { write } from "../catalog/connection.js";
import { insertEvent } from "../catalog/events.js";
import { listSegments, replaceBySealed } from "../catalog/recorded-rows.js";
import type { SegmentRow } from "../catalog/recorded-rows.js";
import { advanceRun, getRun, setRunRows } from "../catalog/runs.js";
import { removeIfThere, syncFolderOf, writeDurably } from "../files/durable.js";
import { SERIES_FOLDER, sealedFile, segmentFile, temporaryFile } from "../folder/layout.js";
import type { Series } from "../folder/layout.js";
import { newId } from "../ids.js";
import type { WriterContext } from "../writer/context.js";
import { joinStretches, stepsOf } from "./columns.js";
import { parquetFromTable } from "./parquet.js";
import { readSegment } from "./segment-reader.js";

/**
 * Turns the segments of an ended run into one Parquet file and removes them. Several processes may
 * try at once: the first to commit wins, the others leave nothing behind. When fewer rows are there
 * than were recorded (a power cut), an event `rows_lost` says so.
 *
 * @throws MetricsDamaged when a segment is gone, and the system's or SQLite's error; the segments
 *   stay as they are then
 * @example sealRows(context, runId, "metrics");
 */
export function sealRows(context: WriterContext, runId: string, series: Series): void {
  const { db, path, lease } = context;
  const segments = listSegments(db, runId, series);
  if (segments.length === 0) return;
  const tables = readAll(context, runId, series, segments);
  if (!tables) return;
  const steps = tables.map(stepsOf);
  const whole = joinStretches([{ tables, from: 0, to: Number.MAX_SAFE_INTEGER }]);
  const expected = segments.reduce((sum, segment) => sum + segment.rows, 0);
  const rows = whole.numRows;
  const lastStep = Math.max(-1, ...steps.map((list) => list.at(-1) ?? -1));
  const bytes = rows === 0 ? null : parquetFromTable(stripped(series, whole));
  const temporary = temporaryFile(path, SERIES_FOLDER[series], lease.id, newId());
  if (bytes) writeDurably(temporary, [bytes]);
  try {
    const won = write(db, () => {
      if (!sameSegments(segments, listSegments(db, runId, series))) return false;
      if (bytes) {
        const file = sealedFile(path, series, runId);
        renameSync(temporary, file);
        syncFolderOf(file);
      }
      replaceBySealed(db, runId, series, bytes && { rows, bytes: bytes.byteLength });
      if (series === "metrics") {
        setRunRows(db, runId, rows);
        advanceRun(db, runId, lastStep, 0);
      }
      if (rows < expected) noteLoss(context, runId, series, expected - rows);
      return true;
    });
    if (!won) return;
  } finally {
    removeIfThere(temporary);
  }
  for (const { number } of segments) removeIfThere(segmentFile(path, series, runId, number));
}

/** Seals all that a run recorded. Throws as sealRows. @example sealRun(context, runId) */
export function sealRun(context: WriterContext, runId: string): void {
  for (const series of Object.keys(SERIES_FOLDER) as Series[]) sealRows(context, runId, series);
}

// null when another process has sealed them meanwhile.
function readAll(
  { db, path }: WriterContext,
  runId: string,
  series: Series,
  segments: readonly SegmentRow[],
): Table[] | null {
  const tables: Table[] = [];
  for (const { number } of segments) {
    const file = segmentFile(path, series, runId, number);
    try {
      const table = readSegment(readFileSync(file));
      if (table) tables.push(table);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
      if (!sameSegments(segments, listSegments(db, runId, series))) return null;
      throw new MetricsDamaged({ file, reason: "it is gone" }, { cause: error });
    }
  }
  return tables;
}

function sameSegments(a: readonly SegmentRow[], b: readonly SegmentRow[]): boolean {
  return a.length === b.length && a.every((segment, index) => segment.number === b[index]!.number);
}

// joinStretches always gives a wall column; samples have none.
function stripped(series: Series, table: Table): Table {
  return series === "samples" ? table.select(["step", "prompt", "text"]) : table;
}

function noteLoss({ db }: WriterContext, runId: string, series: Series, rows: number): void {
  insertEvent(db, {
    id: newId(),
    sessionId: getRun(db, runId).sessionId,
    runId,
    step: null,
    kind: "rows_lost",
    data: { series, rows },
    createdAt: new Date().toISOString(),
  });
}
