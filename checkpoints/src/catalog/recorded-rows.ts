import { prepared } from "./connection.js";
import type { Catalog } from "./connection.js";
import { basename } from "node:path";
import { addGarbage } from "./garbage.js";
import { segmentFile, SERIES_FOLDER } from "../folder/layout.js";
import type { Series } from "../folder/layout.js";

/** A live segment of a run, as the catalog records it. */
export interface SegmentRow {
  number: number;
  rows: number;
  lastStep: number;
}

/** The sealed rows of a run. */
export interface SealedRow {
  rows: number;
  bytes: number;
}

/** The live segments of a run, oldest first. @example listSegments(db, runId, "metrics").length */
export function listSegments(db: Catalog, runId: string, series: Series): SegmentRow[] {
  return prepared(
    db,
    `SELECT number, rows, last_step AS lastStep FROM segments WHERE run_id = ? AND series = ?
     ORDER BY number`,
  ).all(runId, series) as SegmentRow[];
}

/** The sealed rows of a run, or null. @example findSealed(db, runId, "metrics")?.rows */
export function findSealed(db: Catalog, runId: string, series: Series): SealedRow | null {
  const row = prepared(db, "SELECT rows, bytes FROM sealed WHERE run_id = ? AND series = ?").get(
    runId,
    series,
  );
  return (row as SealedRow | undefined) ?? null;
}

/** Notes a new segment. Throws SQLite's errors. @example insertSegment(db, runId, "metrics", 1) */
export function insertSegment(db: Catalog, runId: string, series: Series, number: number): void {
  prepared(
    db,
    "INSERT INTO segments (run_id, series, number, rows, last_step) VALUES (?, ?, ?, 0, -1)",
  ).run(runId, series, number);
}

/** Notes rows appended to a segment. @example advanceSegment(db, runId, "metrics", 1, 20, 500) */
export function advanceSegment(
  db: Catalog,
  runId: string,
  series: Series,
  number: number,
  rows: number,
  lastStep: number,
): void {
  prepared(
    db,
    `UPDATE segments SET rows = rows + ?, last_step = max(last_step, ?)
     WHERE run_id = ? AND series = ? AND number = ?`,
  ).run(rows, lastStep, runId, series, number);
}

/** Puts the sealed file in the place of a run's segments, whose files become garbage. Throws SQLite's errors. @example write(db, () => replaceBySealed(…)) */
export function replaceBySealed(
  db: Catalog,
  runId: string,
  series: Series,
  sealed: SealedRow | null,
): void {
  // Whoever seals removes them at once; what a crash or a failing disk leaves, the next collection.
  for (const { number } of listSegments(db, runId, series)) {
    const name = basename(segmentFile("", series, runId, number));
    addGarbage(db, { folder: SERIES_FOLDER[series], name, bytes: 0 });
  }
  prepared(db, "DELETE FROM segments WHERE run_id = ? AND series = ?").run(runId, series);
  if (!sealed) return;
  prepared(db, "INSERT INTO sealed (run_id, series, rows, bytes) VALUES (?, ?, ?, ?)").run(
    runId,
    series,
    sealed.rows,
    sealed.bytes,
  );
}

/** The ended runs whose rows are still in segments. @example unsealedRuns(db) */
export function unsealedRuns(db: Catalog): { runId: string; series: Series }[] {
  return prepared(
    db,
    `SELECT DISTINCT s.run_id AS runId, s.series FROM segments s JOIN runs r ON r.id = s.run_id
     WHERE r.ended_at IS NOT NULL`,
  ).all() as { runId: string; series: Series }[];
}
