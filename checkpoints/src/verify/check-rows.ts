import { existsSync, readFileSync } from "node:fs";
import type { Table } from "apache-arrow";
import type { Catalog } from "../catalog/connection.js";
import { listFillings } from "../catalog/filling.js";
import { SERIES_FOLDER } from "../folder/layout.js";
import { recordedFile } from "../trash/size.js";
import type { Recorded } from "../trash/size.js";
import { stepsOf } from "../metrics/columns.js";
import { tableFromParquet } from "../metrics/parquet.js";
import { readSegment } from "../metrics/segment-reader.js";
import { basename } from "node:path";
import type { Findings } from "./report.js";

type File = Recorded & { rows: number; name: string; ended: 0 | 1 };

/**
 * Checks that the recorded rows of each run are there, readable, as many as recorded, and in the
 * order of the steps.
 *
 * @throws the system's error
 * @example checkRows(db, store, findings);
 */
export function checkRows(db: Catalog, store: string, findings: Findings): number {
  const files = db
    .prepare(
      `SELECT f.*, r.ended_at IS NOT NULL AS ended, coalesce(n.name, 'in the trash') AS name FROM (
         SELECT run_id AS run, series, null AS number, rows FROM sealed
         UNION ALL SELECT run_id, series, number, rows FROM segments) f
       JOIN runs r ON r.id = f.run LEFT JOIN session_names n ON n.session_id = r.session_id
       ORDER BY r.number, f.series, f.number`,
    )
    .all() as File[];
  // Between a new file's name and its row, or where a writer died there, more is there than recorded.
  const filling = new Set(listFillings(db).map(({ runId }) => runId));
  for (const [index, file] of files.entries()) {
    if (index % 20 === 0) findings.progress("rows", index, files.length);
    const path = recordedFile(store, file);
    const ahead = file.series === "snapshots" && filling.has(file.run);
    const fault = faultOf(path, file, ahead);
    if (fault === null || !stillListed(db, file)) continue;
    const what = file.series === "metrics" ? "metrics" : "samples";
    findings.add({
      part: "rows",
      code: "rows_damaged",
      subjects: [`${SERIES_FOLDER[file.series]}/${basename(path)}`],
      what: `the ${what} of a run of "${file.name}" ${fault}`,
      consequence: `curves and tables of "${file.name}" and of what was forked from it lack them; its states are not concerned`,
      remedy: `put a copy of ${basename(path)} back, or replay the steps`,
    });
  }
  return files.length;
}

function faultOf(path: string, { number, rows, series }: File, ahead: boolean): string | null {
  if (!existsSync(path)) return rows === 0 ? null : `(${rows} rows) are gone`;
  let table: Table | null;
  try {
    const bytes = readFileSync(path);
    table = number === null ? tableFromParquet(bytes) : readSegment(bytes);
  } catch (error) {
    return `cannot be read (${(error as Error).message})`;
  }
  const found = table?.numRows ?? 0;
  // A live segment may be a moment ahead of the catalog.
  const short = number === null && !ahead ? found !== rows : found < rows;
  if (short) return `are ${found} rows where ${rows} were recorded`;
  const steps = table ? stepsOf(table) : new Float64Array();
  const ordered = steps.every((step, row) => {
    return row === 0 || (series === "metrics" ? step > steps[row - 1]! : step >= steps[row - 1]!);
  });
  return ordered ? null : "are not in the order of their steps";
}

// A run that was sealed or purged meanwhile has other files now.
function stillListed(db: Catalog, { run, series, number }: File): boolean {
  const row =
    number === null
      ? db.prepare("SELECT 1 FROM sealed WHERE run_id = ? AND series = ?").get(run, series)
      : db
          .prepare("SELECT 1 FROM segments WHERE run_id = ? AND series = ? AND number = ?")
          .get(run, series, number);
  return row !== undefined;
}
