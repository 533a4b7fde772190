import { prepared } from "./connection.js";
import type { Catalog } from "./connection.js";
import { lineage } from "./lineage.js";

/** A value about a step, added after the step was trained. */
export interface LoggedValue {
  step: number;
  name: string;
  /** SQLite has no NaN: null is one. */
  value: number | null;
}

/** Notes a value, in the place of an earlier one of the name and step. Throws SQLite's errors. @example write(db, () => putLogged(db, id, 300, "probe", 0.3)) */
export function putLogged(
  db: Catalog,
  sessionId: string,
  step: number,
  name: string,
  value: number,
): void {
  prepared(
    db,
    "INSERT OR REPLACE INTO logged (session_id, step, name, value) VALUES (?, ?, ?, ?)",
  ).run(sessionId, step, name, Number.isNaN(value) ? null : value);
}

/**
 * The values logged about a session's steps between two, both included. Those of its ancestors
 * come first, as far as it inherits their steps: a later one of the same name and step counts.
 *
 * @throws SessionNotFound
 * @example listLogged(db, id, 0, 500).length
 */
export function listLogged(
  db: Catalog,
  sessionId: string,
  from: number,
  to: number,
): LoggedValue[] {
  return lineage(db, sessionId).flatMap(
    ({ id, until }) =>
      prepared(
        db,
        `SELECT step, name, value FROM logged WHERE session_id = ? AND step BETWEEN ? AND ?
         ORDER BY name, step`,
      ).all(id, from, Math.min(to, until)) as LoggedValue[],
  );
}
