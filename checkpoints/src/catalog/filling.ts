import { prepared, putMeta } from "./connection.js";
import type { Catalog } from "./connection.js";

/** A run of which the sealed snapshots are being put in the place of earlier ones. */
export interface Filling {
  runId: string;
  /** The lease of whoever does it. */
  lease: string;
}

const KEY = "filling/";

/**
 * Notes that the sealed snapshots of a run are about to be replaced: from the new file's name to the
 * commit of its row, the row tells of the old one. Inside a transaction of its own, before.
 *
 * @example write(db, () => noteFilling(db, { runId, lease: lease.id }));
 */
export function noteFilling(db: Catalog, { runId, lease }: Filling): void {
  putMeta(db, KEY + runId, lease);
}

/** Records the sealed snapshots that a run has now. Inside a transaction. Throws SQLite's errors. @example putFilled(db, runId, 12, 8_000) */
export function putFilled(db: Catalog, runId: string, rows: number, bytes: number): void {
  prepared(
    db,
    `INSERT INTO sealed (run_id, series, rows, bytes) VALUES (?, 'snapshots', ?, ?)
     ON CONFLICT (run_id, series) DO UPDATE SET rows = excluded.rows, bytes = excluded.bytes`,
  ).run(runId, rows, bytes);
}

/** Strikes the note. Inside a transaction. Throws SQLite's errors. @example endFilling(db, runId) */
export function endFilling(db: Catalog, runId: string): void {
  prepared(db, "DELETE FROM meta WHERE key = ?").run(KEY + runId);
}

/** What is being replaced, or was when a writer died. @example listFillings(db).length */
export function listFillings(db: Catalog): Filling[] {
  return prepared(
    db,
    `SELECT r.id AS runId, m.value AS lease FROM meta m JOIN runs r ON m.key = '${KEY}' || r.id
     WHERE m.key GLOB '${KEY}*'`,
  ).all() as Filling[];
}
