import BetterSqlite3 from "better-sqlite3";
import { prepared } from "../catalog/connection.js";
import type { Catalog } from "../catalog/connection.js";
import { counted } from "./report.js";

/**
 * Takes over from a damaged catalog what the packs do not tell, as far as it can be read: names of
 * sessions and models, events, logged columns. Inside a transaction.
 *
 * @returns what was taken over, one sentence each
 * @example write(db, () => salvage(db, "/n/.forkpoint/catalog.sqlite.damaged-2026"))
 */
export function salvage(db: Catalog, old: string): string[] {
  const names = takeNames(db, old);
  const events = take(
    old,
    "SELECT id, session_id, run_id, step, kind, data, created_at FROM events ORDER BY number",
    (row) =>
      prepared(
        db,
        `INSERT OR IGNORE INTO events (id, session_id, run_id, step, kind, data, created_at)
         SELECT @id, s.id, (SELECT id FROM runs WHERE id = @run_id), @step, @kind, @data, @created_at
         FROM sessions s WHERE s.id = @session_id AND json_valid(@data)`,
      ).run(row).changes,
  );
  const logged = take(
    old,
    "SELECT session_id, step, name, value FROM logged",
    (row) =>
      prepared(
        db,
        `INSERT OR IGNORE INTO logged (session_id, step, name, value)
         SELECT id, @step, @name, @value FROM sessions WHERE id = @session_id`,
      ).run(row).changes,
  );
  const runs = take(
    old,
    "SELECT id, status, error, summary, ended_at FROM runs WHERE ended_at IS NOT NULL",
    (row) =>
      prepared(
        db,
        `UPDATE runs SET status = @status, error = @error, summary = @summary, ended_at = @ended_at
         WHERE id = @id AND @status IN ('completed', 'interrupted', 'failed')
           AND (@error IS NULL OR json_valid(@error)) AND (@summary IS NULL OR json_valid(@summary))`,
      ).run(row).changes,
  );
  return [
    `took over from the old catalog ${counted(names, "name")}, the ends of ${counted(runs, "run")}, ${counted(events, "event")} and ${counted(logged, "logged value")}, as far as it could be read`,
  ];
}

function takeNames(db: Catalog, old: string): number {
  const wanted: { name: string; id: string }[] = [];
  take(old, "SELECT name, session_id AS id FROM session_names", (row) => {
    return wanted.push(row as { name: string; id: string });
  });
  const hold = prepared(db, "SELECT session_id AS id FROM session_names WHERE name = ?");
  let count = 0;
  for (const { name, id } of wanted) {
    if (typeof name !== "string" || typeof id !== "string") continue;
    const holder = hold.get(name) as { id: string } | undefined;
    if (holder?.id === id) continue;
    const other = wanted.find((row) => row.id === holder?.id);
    // Two that changed names: the other gets its own in its turn.
    if (holder && (!other || other.name === name)) continue;
    if (holder) {
      prepared(db, "UPDATE session_names SET name = ? WHERE session_id = ?").run(
        `${name} (${holder.id})`,
        holder.id,
      );
    }
    count += prepared(db, "UPDATE session_names SET name = ? WHERE session_id = ?").run(
      name,
      id,
    ).changes;
  }
  return count;
}

// Row by row, until the damage.
function take(old: string, sql: string, use: (row: Record<string, unknown>) => number): number {
  const rows: Record<string, unknown>[] = [];
  let source: BetterSqlite3.Database | undefined;
  try {
    source = new BetterSqlite3(old, { readonly: true, fileMustExist: true });
    source.pragma("trusted_schema = OFF");
    for (const row of source.prepare(sql).iterate()) rows.push(row as Record<string, unknown>);
  } catch (error) {
    // What SQLite says of the old file is why we are here.
    if (!(error as { code?: string }).code?.startsWith("SQLITE_")) throw error;
  } finally {
    source?.close();
  }
  return rows.reduce((count, row) => count + (use(row) > 0 ? 1 : 0), 0);
}
