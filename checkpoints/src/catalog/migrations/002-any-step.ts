import type { Migration } from "./migration.js";

/**
 * Schema 2: checkpoints made by replay, fork, merge and rollback, with their parents; what each
 * knows of merges; logged columns. A CHECK cannot be altered, so the checkpoints move to a new
 * table; numbers of removed ones stay used, since the order of the numbers is the order of events.
 */
export const anyStep: Migration = {
  version: 2,
  sql: `
CREATE TABLE checkpoints_2 (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  session_id TEXT NOT NULL REFERENCES sessions(id),
  run_id TEXT REFERENCES runs(id),
  -- The newest run of the session that the state knows, 0 if none: a later run that started from an
  -- earlier step hides it.
  after_run INTEGER NOT NULL,
  -- The newest merge of the session that the state knows, a merge itself: a later merge at its step
  -- or before hides it. 0 if none.
  after_merge INTEGER NOT NULL DEFAULT 0,
  step INTEGER NOT NULL CHECK (step >= 0),
  kind TEXT NOT NULL CHECK (kind IN ('hard')),
  trigger TEXT NOT NULL CHECK (trigger IN ('manual', 'auto', 'final', 'pause', 'initial', 'replay',
    'fork', 'merge', 'rollback')),
  -- What it was made from: null where that is not told, or thinned since.
  parent_checkpoint_id TEXT REFERENCES checkpoints(id) ON DELETE SET NULL,
  second_parent_checkpoint_id TEXT REFERENCES checkpoints(id) ON DELETE SET NULL,
  digest TEXT NOT NULL,
  bytes INTEGER NOT NULL,
  state TEXT NOT NULL,
  engine TEXT NOT NULL,
  created_at TEXT NOT NULL
) STRICT;
INSERT INTO checkpoints_2 (number, id, session_id, run_id, after_run, step, kind, trigger, digest,
  bytes, state, engine, created_at)
  SELECT number, id, session_id, run_id, after_run, step, kind, trigger, digest, bytes, state,
    engine, created_at FROM checkpoints ORDER BY number;
DELETE FROM sqlite_sequence WHERE name = 'checkpoints_2';
INSERT INTO sqlite_sequence (name, seq)
  SELECT 'checkpoints_2', seq FROM sqlite_sequence WHERE name = 'checkpoints';
DROP TABLE checkpoints;
ALTER TABLE checkpoints_2 RENAME TO checkpoints;
CREATE INDEX checkpoints_by_session ON checkpoints(session_id, step);
CREATE INDEX checkpoints_by_parent ON checkpoints(parent_checkpoint_id);
CREATE INDEX checkpoints_by_second_parent ON checkpoints(second_parent_checkpoint_id);
CREATE INDEX checkpoints_merged ON checkpoints(session_id, number) WHERE trigger = 'merge';

-- The newest merge of the whole store when the session was made: as fork_run_number. Schema 1 had
-- no merges.
ALTER TABLE sessions ADD COLUMN fork_merge_number INTEGER NOT NULL DEFAULT 0;

-- Columns about steps, added after the steps were trained. A NULL is NaN.
CREATE TABLE logged (
  session_id TEXT NOT NULL REFERENCES sessions(id),
  step INTEGER NOT NULL CHECK (step >= 0),
  name TEXT NOT NULL,
  value REAL,
  PRIMARY KEY (session_id, step, name)
) STRICT, WITHOUT ROWID;
`,
};
