import { NameTaken, SessionNotFound } from "../errors/entry-errors.js";
import { prepared } from "./connection.js";
import type { Catalog } from "./connection.js";

/** Facts about a session beside its settings: env_mode, mu, model_signature, … */
export type SessionAttributes = Readonly<Record<string, string | number | boolean | null>>;

/** One immutable branch of weight history. The configs are exact JSON texts. */
export interface SessionRow {
  id: string;
  /** Unique and movable. */
  name: string;
  /** null for a root. */
  parentSessionId: string | null;
  /** Itself for a root. */
  rootSessionId: string;
  /** The step at which it left its parent; 0 for a root. */
  forkStep: number;
  forkCheckpointId: string | null;
  modelKind: string;
  modelConfig: string;
  trainingConfig: string;
  dataConfig: string;
  attributes: SessionAttributes;
  /** ISO time, UTC. */
  createdAt: string;
  lastRunAt: string | null;
}

/** A session's own facts, to be written. */
export type NewSession = Omit<SessionRow, "lastRunAt">;

const SELECT = `
SELECT s.id, n.name, s.parent_session_id AS parentSessionId, s.root_session_id AS rootSessionId,
  s.fork_step AS forkStep, s.fork_checkpoint_id AS forkCheckpointId, s.model_kind AS modelKind,
  s.model_config AS modelConfig, s.training_config AS trainingConfig, s.data_config AS dataConfig,
  s.attributes, s.created_at AS createdAt,
  (SELECT max(r.started_at) FROM runs r WHERE r.session_id = s.id AND r.trash_id IS NULL) AS lastRunAt
FROM sessions s JOIN session_names n ON n.session_id = s.id`;

/** What a session is by itself, without what happened to it later. @example sessionAsMade(getSession(db, id)) */
export function sessionAsMade(session: SessionRow): NewSession {
  const { id, name, parentSessionId, rootSessionId, forkStep, forkCheckpointId } = session;
  const { modelKind, modelConfig, trainingConfig, dataConfig, attributes, createdAt } = session;
  const place = { id, name, parentSessionId, rootSessionId, forkStep, forkCheckpointId };
  return { ...place, modelKind, modelConfig, trainingConfig, dataConfig, attributes, createdAt };
}

type Raw = Omit<SessionRow, "attributes"> & { attributes: string };

function fromRaw(raw: Raw): SessionRow {
  return { ...raw, attributes: JSON.parse(raw.attributes) };
}

// A session in the trash has no name, so that it is in none of these.
/** All sessions, oldest first. @example listSessions(db).map((session) => session.name) */
export function listSessions(db: Catalog): SessionRow[] {
  return (prepared(db, `${SELECT} ORDER BY s.number`).all() as Raw[]).map(fromRaw);
}

/** The session of this id. Throws SessionNotFound. @example getSession(db, id).name */
export function getSession(db: Catalog, id: string): SessionRow {
  const row = prepared(db, `${SELECT} WHERE s.id = ?`).get(id) as Raw | undefined;
  if (!row) throw new SessionNotFound({ id });
  return fromRaw(row);
}

/** The session that has this name now, or null. @example sessionByName(db, "sonnets")?.id */
export function sessionByName(db: Catalog, name: string): SessionRow | null {
  const row = prepared(db, `${SELECT} WHERE n.name = ?`).get(name.normalize("NFC").trim());
  return row === undefined ? null : fromRaw(row as Raw);
}

/** Throws NameTaken when another session than `except` has the name. @example requireSessionName(db, "hot", null) */
export function requireSessionName(db: Catalog, name: string, except: string | null): void {
  const taken = sessionByName(db, name);
  if (taken && taken.id !== except) throw new NameTaken({ name, kind: "session" });
}

/** Writes a session and its name. Throws SQLite's errors. @example write(db, () => insertSession(db, session)) */
export function insertSession(db: Catalog, session: NewSession): void {
  prepared(
    db,
    `INSERT INTO sessions (id, parent_session_id, root_session_id, fork_step, fork_checkpoint_id,
       fork_run_number, fork_merge_number, model_kind, model_config, training_config, data_config,
       attributes, created_at)
     VALUES (@id, @parentSessionId, @rootSessionId, @forkStep, @forkCheckpointId,
       (SELECT coalesce(max(number), 0) FROM runs),
       (SELECT coalesce(max(number), 0) FROM checkpoints WHERE trigger = 'merge'),
       @modelKind, @modelConfig, @trainingConfig, @dataConfig, @attributes, @createdAt)`,
  ).run({ ...session, attributes: JSON.stringify(session.attributes) });
  prepared(db, "INSERT INTO session_names (name, session_id) VALUES (?, ?)").run(
    session.name,
    session.id,
  );
}

/** The newest run and merge of the store when a session was made. @example seenAtFork(db, id).forkRunNumber */
export function seenAtFork(
  db: Catalog,
  id: string,
): { forkRunNumber: number; forkMergeNumber: number } {
  return prepared(
    db,
    `SELECT fork_run_number AS forkRunNumber, fork_merge_number AS forkMergeNumber FROM sessions
     WHERE id = ?`,
  ).get(id) as { forkRunNumber: number; forkMergeNumber: number };
}

/** Gives a session another name. Throws SQLite's errors. @example write(db, () => moveSessionName(db, id, "hot")) */
export function moveSessionName(db: Catalog, id: string, name: string): void {
  prepared(db, "UPDATE session_names SET name = ? WHERE session_id = ?").run(name, id);
}

/** Gives sessions other names, also each other's. Inside a transaction. Throws SQLite's errors. @example write(db, () => swapSessionNames(db, { [a]: "b", [b]: "a" })) */
export function swapSessionNames(db: Catalog, names: Record<string, string>): void {
  const remove = prepared(db, "DELETE FROM session_names WHERE session_id = ?");
  for (const id of Object.keys(names)) remove.run(id);
  const insert = prepared(db, "INSERT INTO session_names (name, session_id) VALUES (?, ?)");
  for (const [id, name] of Object.entries(names)) insert.run(name, id);
}
