import type { Migration } from "./migration.js";

/** Schema 1: sessions with movable names, runs, recorded rows, checkpoints, models, events, trash. */
export const first: Migration = {
  version: 1,
  sql: `
CREATE TABLE meta (
  key TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE sessions (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  parent_session_id TEXT REFERENCES sessions(id),
  root_session_id TEXT NOT NULL REFERENCES sessions(id) DEFERRABLE INITIALLY DEFERRED,
  fork_step INTEGER NOT NULL CHECK (fork_step >= 0),
  fork_checkpoint_id TEXT REFERENCES checkpoints(id),
  -- The newest run of the whole store when the session was made: what its ancestors ran later is
  -- not part of its history.
  fork_run_number INTEGER NOT NULL,
  model_kind TEXT NOT NULL,
  model_config TEXT NOT NULL,
  training_config TEXT NOT NULL,
  data_config TEXT NOT NULL,
  created_at TEXT NOT NULL
) STRICT;
CREATE INDEX sessions_by_parent ON sessions(parent_session_id);
CREATE INDEX sessions_by_fork_checkpoint ON sessions(fork_checkpoint_id);

CREATE TABLE session_names (
  name TEXT PRIMARY KEY,
  session_id TEXT NOT NULL UNIQUE REFERENCES sessions(id)
) STRICT, WITHOUT ROWID;

CREATE TABLE runs (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  session_id TEXT NOT NULL REFERENCES sessions(id),
  mode TEXT NOT NULL CHECK (mode IN ('fresh', 'resumed', 'forked')),
  status TEXT NOT NULL CHECK (status IN ('running', 'paused', 'completed', 'interrupted', 'failed')),
  from_step INTEGER NOT NULL CHECK (from_step >= 0),
  target_step INTEGER NOT NULL,
  last_step INTEGER NOT NULL,
  rows INTEGER NOT NULL DEFAULT 0,
  seed INTEGER NOT NULL,
  engine TEXT NOT NULL,
  error TEXT,
  summary TEXT,
  holder TEXT NOT NULL,
  holder_pid INTEGER NOT NULL,
  started_at TEXT NOT NULL,
  ended_at TEXT
) STRICT;
CREATE INDEX runs_by_session ON runs(session_id);
CREATE UNIQUE INDEX runs_live ON runs(session_id) WHERE status IN ('running', 'paused');

CREATE TABLE segments (
  run_id TEXT NOT NULL REFERENCES runs(id),
  series TEXT NOT NULL CHECK (series IN ('metrics', 'samples')),
  number INTEGER NOT NULL,
  rows INTEGER NOT NULL,
  last_step INTEGER NOT NULL,
  PRIMARY KEY (run_id, series, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE sealed (
  run_id TEXT NOT NULL REFERENCES runs(id),
  series TEXT NOT NULL CHECK (series IN ('metrics', 'samples')),
  rows INTEGER NOT NULL,
  bytes INTEGER NOT NULL,
  PRIMARY KEY (run_id, series)
) STRICT, WITHOUT ROWID;

CREATE TABLE packs (
  id TEXT PRIMARY KEY,
  bytes INTEGER NOT NULL,
  created_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE tensors (
  digest TEXT PRIMARY KEY,
  pack_id TEXT NOT NULL REFERENCES packs(id),
  entry TEXT NOT NULL,
  offset INTEGER NOT NULL,
  length INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX tensors_by_pack ON tensors(pack_id);

CREATE TABLE configs (
  digest TEXT PRIMARY KEY,
  text TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE blobs (
  digest TEXT PRIMARY KEY,
  bytes INTEGER NOT NULL,
  created_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE checkpoints (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  session_id TEXT NOT NULL REFERENCES sessions(id),
  run_id TEXT REFERENCES runs(id),
  -- The newest run of the session when it was saved, 0 if none: a later run that started from an
  -- earlier step hides it.
  after_run INTEGER NOT NULL,
  step INTEGER NOT NULL CHECK (step >= 0),
  kind TEXT NOT NULL CHECK (kind IN ('hard')),
  trigger TEXT NOT NULL CHECK (trigger IN ('manual', 'auto', 'final', 'pause', 'initial')),
  digest TEXT NOT NULL,
  bytes INTEGER NOT NULL,
  state TEXT NOT NULL,
  engine TEXT NOT NULL,
  created_at TEXT NOT NULL
) STRICT;
CREATE INDEX checkpoints_by_session ON checkpoints(session_id, step);

CREATE TABLE checkpoint_tensors (
  checkpoint_id TEXT NOT NULL REFERENCES checkpoints(id),
  digest TEXT NOT NULL REFERENCES tensors(digest),
  PRIMARY KEY (checkpoint_id, digest)
) STRICT, WITHOUT ROWID;
CREATE INDEX checkpoint_tensors_by_digest ON checkpoint_tensors(digest);

CREATE TABLE models (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL UNIQUE,
  checkpoint_id TEXT NOT NULL REFERENCES checkpoints(id),
  train_loss REAL,
  created_at TEXT NOT NULL
) STRICT;
CREATE INDEX models_by_checkpoint ON models(checkpoint_id);

CREATE TABLE events (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  session_id TEXT NOT NULL REFERENCES sessions(id),
  run_id TEXT REFERENCES runs(id),
  step INTEGER,
  kind TEXT NOT NULL,
  data TEXT NOT NULL,
  created_at TEXT NOT NULL
) STRICT;
CREATE INDEX events_by_session ON events(session_id);

CREATE TABLE trash (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL CHECK (kind IN ('model')),
  name TEXT NOT NULL,
  data TEXT NOT NULL,
  checkpoint_id TEXT REFERENCES checkpoints(id),
  deleted_at TEXT NOT NULL
) STRICT;
CREATE INDEX trash_by_checkpoint ON trash(checkpoint_id);
`,
};
