import { CheckpointNotFound } from "../errors/entry-errors.js";
import { prepared } from "./connection.js";
import type { Catalog } from "./connection.js";
import { getSession } from "./sessions.js";
import { keepTensors } from "./stored-tensors.js";

/** What can make a checkpoint. */
export const CHECKPOINT_TRIGGERS = [
  ...(["manual", "auto", "final", "pause", "initial"] as const),
  ...(["replay", "fork", "merge", "rollback"] as const),
] as const;

/** What made a checkpoint. */
export type CheckpointTrigger = (typeof CHECKPOINT_TRIGGERS)[number];

/** Exact state at a step. */
export interface CheckpointRow {
  id: string;
  sessionId: string;
  runId: string | null;
  step: number;
  kind: "hard";
  trigger: CheckpointTrigger;
  /** What it was made from; null where that is not told, or thinned since. */
  parentCheckpointId: string | null;
  /** What was merged into it, likewise. */
  secondParentCheckpointId: string | null;
  /** sha256 of the canonical state document. */
  digest: string;
  /** Size of the pack file that this save wrote. */
  bytes: number;
  createdAt: string;
}

/** What the catalog keeps of a checkpoint besides its row. */
export interface StoredState {
  /** The canonical state document, JSON text. */
  state: string;
  engine: string;
}

/** The columns of a CheckpointRow, from `checkpoints c`. */
export const SELECT_CHECKPOINT = `
SELECT c.id, c.session_id AS sessionId, c.run_id AS runId, c.step, c.kind, c.trigger,
  c.parent_checkpoint_id AS parentCheckpointId,
  c.second_parent_checkpoint_id AS secondParentCheckpointId, c.digest, c.bytes, c.created_at AS createdAt FROM checkpoints c`;

/** The checkpoints saved in a session itself, oldest first. @example listCheckpoints(db, id).length */
export function listCheckpoints(db: Catalog, sessionId: string): CheckpointRow[] {
  return prepared(
    db,
    `${SELECT_CHECKPOINT} WHERE c.session_id = ? AND c.trash_id IS NULL ORDER BY c.number`,
  ).all(sessionId) as CheckpointRow[];
}

/** What the packs of a session's checkpoints took when they were saved, bytes. Throws SessionNotFound. @example bytesOfCheckpoints(db, id) */
export function bytesOfCheckpoints(db: Catalog, sessionId: string): number {
  const { bytes } = prepared(
    db,
    "SELECT total(bytes) AS bytes FROM checkpoints WHERE session_id = ? AND trash_id IS NULL",
  ).get(getSession(db, sessionId).id) as { bytes: number };
  return bytes;
}

/** The checkpoint of this id. Throws CheckpointNotFound. @example getCheckpoint(db, id).step */
export function getCheckpoint(db: Catalog, id: string): CheckpointRow {
  const row = prepared(db, `${SELECT_CHECKPOINT} WHERE c.id = ? AND c.trash_id IS NULL`).get(id) as
    CheckpointRow | undefined;
  if (!row) throw new CheckpointNotFound({ id });
  return row;
}

/** The stored state of a checkpoint, one in the trash too. Throws CheckpointNotFound. @example getStoredState(db, id).engine */
export function getStoredState(db: Catalog, id: string): StoredState & { digest: string } {
  const row = prepared(db, "SELECT state, engine, digest FROM checkpoints WHERE id = ?").get(id);
  if (!row) throw new CheckpointNotFound({ id });
  return row as StoredState & { digest: string };
}

/** Which merges of a session are asked for; all that are not in the trash if nothing is said. */
export interface MergesAsked {
  /** Those before the run of this number. */
  beforeRun?: number;
  /** Those up to this number. */
  number?: number;
  /** Those at or before this step. */
  step?: number;
}

/**
 * The number of the newest merge of a session, 0 if none.
 *
 * @example newestMergeNumber(db, id, { beforeRun: runNumber(db, runId) })
 */
export function newestMergeNumber(db: Catalog, sessionId: string, asked: MergesAsked = {}): number {
  const most = Number.MAX_SAFE_INTEGER;
  const row = prepared(
    db,
    `SELECT coalesce(max(number), 0) AS n FROM checkpoints
     WHERE session_id = @sessionId AND trigger = 'merge' AND trash_id IS NULL
       AND after_run < @beforeRun AND number <= @number AND step <= @step`,
  ).get({ sessionId, beforeRun: most, number: most, step: most, ...asked }) as { n: number };
  return row.n;
}

/** The id of the checkpoint of this number, or null. @example checkpointOfNumber(db, 12) */
export function checkpointOfNumber(db: Catalog, number: number): string | null {
  const row = prepared(db, "SELECT id FROM checkpoints WHERE number = ?").get(number);
  return (row as { id: string } | undefined)?.id ?? null;
}

/** What a state knows of its session: which runs and merges count for it. */
export interface KnownHistory {
  /** The number of the newest run, 0 if none. */
  afterRun: number;
  /** The number of the newest merge, 0 if none; a merge knows itself. */
  afterMerge: number;
}

/** Where a checkpoint belongs: its session, and what its state knows of that session. */
export interface CheckpointPlace extends KnownHistory {
  sessionId: string;
}

/** Where a checkpoint belongs. Throws CheckpointNotFound. @example placeKnownTo(db, id).afterMerge */
export function placeKnownTo(db: Catalog, id: string): CheckpointPlace {
  const row = prepared(
    db,
    `SELECT session_id AS sessionId, after_run AS afterRun, after_merge AS afterMerge
     FROM checkpoints WHERE id = ?`,
  ).get(id);
  if (!row) throw new CheckpointNotFound({ id });
  return row as CheckpointPlace;
}

/** Writes a checkpoint and what it refers to. Throws SQLite's errors. @example write(db, () => insertCheckpoint(db, row, …)) */
export function insertCheckpoint(
  db: Catalog,
  row: CheckpointRow & StoredState & KnownHistory,
  digests: Iterable<string>,
): void {
  prepared(
    db,
    `INSERT INTO checkpoints (id, session_id, run_id, after_run, after_merge, step, kind, trigger,
       parent_checkpoint_id, second_parent_checkpoint_id, digest, bytes, state, engine, created_at)
     VALUES (@id, @sessionId, @runId, @afterRun, @afterMerge, @step, @kind, @trigger,
       @parentCheckpointId, @secondParentCheckpointId, @digest, @bytes, @state, @engine, @createdAt)`,
  ).run(row);
  if (row.trigger === "merge") {
    prepared(db, "UPDATE checkpoints SET after_merge = number WHERE id = ?").run(row.id);
  }
  keepTensors(db, row.id, digests);
}

/**
 * Removes a checkpoint's rows; its tensors stay.
 *
 * @returns the numbers of the tensors that it kept
 * @example const numbers = write(db, () => deleteCheckpoint(db, id));
 */
export function deleteCheckpoint(db: Catalog, id: string): number[] {
  const rows = prepared(
    db,
    `DELETE FROM checkpoint_tensors
     WHERE checkpoint = (SELECT number FROM checkpoints WHERE id = ?) RETURNING tensor`,
  ).all(id) as { tensor: number }[];
  prepared(db, "DELETE FROM checkpoints WHERE id = ?").run(id);
  return rows.map((row) => row.tensor);
}
