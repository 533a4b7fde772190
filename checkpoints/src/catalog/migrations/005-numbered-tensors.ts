import type { Migration } from "./migration.js";

/**
 * Schema 5: a tensor has a number, its digest is bytes and stands once; what a checkpoint keeps is a list of
 * numbers. Digests as texts stood four times for each tensor, in places spread over the whole file: a save
 * wrote a hundred pages of it, and the catalog was three times as large. A row whose other half is missing
 * violates a constraint.
 */
export const numberedTensors: Migration = {
  version: 5,
  sql: `
CREATE TABLE tensors_5 (
  number INTEGER PRIMARY KEY,
  digest BLOB NOT NULL UNIQUE CHECK (length(digest) = 32),
  pack_id TEXT NOT NULL REFERENCES packs(id),
  entry TEXT NOT NULL,
  offset INTEGER NOT NULL,
  length INTEGER NOT NULL
) STRICT;
INSERT INTO tensors_5 (digest, pack_id, entry, offset, length)
  SELECT unhex(digest), pack_id, entry, offset, length FROM tensors ORDER BY pack_id, offset;

CREATE TABLE checkpoint_tensors_5 (
  checkpoint INTEGER NOT NULL REFERENCES checkpoints(number),
  tensor INTEGER NOT NULL REFERENCES tensors_5(number),
  PRIMARY KEY (checkpoint, tensor)
) STRICT, WITHOUT ROWID;
INSERT INTO checkpoint_tensors_5 (checkpoint, tensor)
  SELECT c.number, t.number FROM checkpoint_tensors ct
  LEFT JOIN checkpoints c ON c.id = ct.checkpoint_id
  LEFT JOIN tensors_5 t ON t.digest = unhex(ct.digest);

DROP TABLE checkpoint_tensors;
DROP TABLE tensors;
ALTER TABLE tensors_5 RENAME TO tensors;
ALTER TABLE checkpoint_tensors_5 RENAME TO checkpoint_tensors;
CREATE INDEX tensors_by_pack ON tensors(pack_id);
CREATE INDEX checkpoint_tensors_by_tensor ON checkpoint_tensors(tensor);
`,
};
