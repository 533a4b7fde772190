import type { Migration } from "./migration.js";

/**
 * Schema 4: a series of rows for snapshots of all kinds. The rows recorded as `samples` stay and are
 * read as they are. A CHECK cannot be altered, so both tables are made anew.
 */
export const snapshots: Migration = {
  version: 4,
  sql: `
CREATE TABLE segments_4 (
  run_id TEXT NOT NULL REFERENCES runs(id),
  series TEXT NOT NULL CHECK (series IN ('metrics', 'samples', 'snapshots')),
  number INTEGER NOT NULL,
  rows INTEGER NOT NULL,
  last_step INTEGER NOT NULL,
  PRIMARY KEY (run_id, series, number)
) STRICT, WITHOUT ROWID;
INSERT INTO segments_4 (run_id, series, number, rows, last_step)
  SELECT run_id, series, number, rows, last_step FROM segments;
DROP TABLE segments;
ALTER TABLE segments_4 RENAME TO segments;

CREATE TABLE sealed_4 (
  run_id TEXT NOT NULL REFERENCES runs(id),
  series TEXT NOT NULL CHECK (series IN ('metrics', 'samples', 'snapshots')),
  rows INTEGER NOT NULL,
  bytes INTEGER NOT NULL,
  PRIMARY KEY (run_id, series)
) STRICT, WITHOUT ROWID;
INSERT INTO sealed_4 (run_id, series, rows, bytes)
  SELECT run_id, series, rows, bytes FROM sealed;
DROP TABLE sealed;
ALTER TABLE sealed_4 RENAME TO sealed;
`,
};
