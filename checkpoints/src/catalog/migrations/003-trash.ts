import type { Migration } from "./migration.js";

/**
 * Schema 3: attributes of sessions; a trash for sessions, runs and checkpoints besides models, whose
 * rows stay in their tables and name the entry that they lie in; writers, counted; files to be
 * removed. The name of a model in the trash is free, so the models move to a new table.
 */
export const trash: Migration = {
  version: 3,
  sql: `
-- One JSON object of texts, numbers, truth values and nulls: env_mode, mu, model_signature, …
ALTER TABLE sessions ADD COLUMN attributes TEXT NOT NULL DEFAULT '{}';
ALTER TABLE sessions ADD COLUMN trash_id TEXT REFERENCES trash(id);
ALTER TABLE runs ADD COLUMN trash_id TEXT REFERENCES trash(id);
ALTER TABLE checkpoints ADD COLUMN trash_id TEXT REFERENCES trash(id);

CREATE TABLE models_3 (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  checkpoint_id TEXT NOT NULL REFERENCES checkpoints(id),
  train_loss REAL,
  created_at TEXT NOT NULL,
  trash_id TEXT REFERENCES trash(id)
) STRICT;
INSERT INTO models_3 (number, id, name, checkpoint_id, train_loss, created_at)
  SELECT number, id, name, checkpoint_id, train_loss, created_at FROM models ORDER BY number;
INSERT INTO models_3 (id, name, checkpoint_id, train_loss, created_at, trash_id)
  SELECT data ->> 'id', name, checkpoint_id, data ->> 'trainLoss', data ->> 'createdAt', id
  FROM trash ORDER BY number;
DROP TABLE models;
ALTER TABLE models_3 RENAME TO models;
CREATE UNIQUE INDEX models_named ON models(name) WHERE trash_id IS NULL;
CREATE INDEX models_by_checkpoint ON models(checkpoint_id);

CREATE TABLE trash_3 (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL CHECK (kind IN ('model', 'checkpoint', 'run', 'session')),
  -- The id of what was thrown away.
  item_id TEXT NOT NULL,
  name TEXT NOT NULL,
  -- The row as it was shown.
  data TEXT NOT NULL,
  deleted_at TEXT NOT NULL,
  -- The number of the newest writer then.
  deleted_start INTEGER NOT NULL
) STRICT;
INSERT INTO trash_3 (number, id, kind, item_id, name, data, deleted_at, deleted_start)
  SELECT number, id, kind, data ->> 'id', name, data, deleted_at, 0 FROM trash ORDER BY number;
DROP TABLE trash;
ALTER TABLE trash_3 RENAME TO trash;
CREATE INDEX sessions_in_trash ON sessions(trash_id) WHERE trash_id IS NOT NULL;
CREATE INDEX runs_in_trash ON runs(trash_id) WHERE trash_id IS NOT NULL;
CREATE INDEX checkpoints_in_trash ON checkpoints(trash_id) WHERE trash_id IS NOT NULL;
CREATE INDEX models_in_trash ON models(trash_id) WHERE trash_id IS NOT NULL;
CREATE INDEX checkpoints_by_run ON checkpoints(run_id);
CREATE INDEX events_by_run ON events(run_id);

-- Who writes, or died writing. The numbers count the processes that opened the store to write.
CREATE TABLE writers (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  lease TEXT NOT NULL UNIQUE,
  pid INTEGER NOT NULL,
  started_at TEXT NOT NULL
) STRICT;

-- Files that no row speaks of any more, to be removed.
CREATE TABLE garbage (
  folder TEXT NOT NULL CHECK (folder IN ('packs', 'blobs', 'metrics', 'snapshots')),
  name TEXT NOT NULL,
  bytes INTEGER NOT NULL,
  since TEXT NOT NULL,
  PRIMARY KEY (folder, name)
) STRICT, WITHOUT ROWID;
`,
};
