import { prepared } from "./connection.js";
import type { Catalog } from "./connection.js";

/** One append-only record of what happened. */
export interface EventRow {
  id: string;
  sessionId: string;
  runId: string | null;
  step: number | null;
  kind: string;
  data: Record<string, unknown>;
  createdAt: string;
}

const SELECT = `
SELECT id, session_id AS sessionId, run_id AS runId, step, kind, data, created_at AS createdAt
FROM events`;

/** The events of one session, or of all that are not in the trash, oldest first. @example listEvents(db, id).map((event) => event.kind) */
export function listEvents(db: Catalog, sessionId?: string): EventRow[] {
  const rows =
    sessionId === undefined
      ? prepared(
          db,
          `${SELECT} WHERE session_id IN (SELECT session_id FROM session_names) ORDER BY number`,
        ).all()
      : prepared(db, `${SELECT} WHERE session_id = ? ORDER BY number`).all(sessionId);
  return (rows as (Omit<EventRow, "data"> & { data: string })[]).map((row) => ({
    ...row,
    data: JSON.parse(row.data),
  }));
}

/** Writes an event. Throws SQLite's errors. @example write(db, () => insertEvent(db, event)) */
export function insertEvent(db: Catalog, event: EventRow): void {
  prepared(
    db,
    `INSERT INTO events (id, session_id, run_id, step, kind, data, created_at)
     VALUES (@id, @sessionId, @runId, @step, @kind, @data, @createdAt)`,
  ).run({ ...event, data: JSON.stringify(event.data) });
}
