import { prepared } from "./connection.js";
import type { Catalog } from "./connection.js";

/** Where the bytes of a tensor lie. */
export interface StoredTensor {
  digest: string;
  /** The id of the pack. */
  pack: string;
  /** The tensor's name in that pack. */
  entry: string;
  /** From the start of the pack file, bytes. */
  offset: number;
  length: number;
}

/** Where the tensor of this digest lies, or null if it is not stored. @example findTensor(db, digest)?.pack */
export function findTensor(db: Catalog, digest: string): StoredTensor | null {
  const row = prepared(
    db,
    "SELECT digest, pack_id AS pack, entry, offset, length FROM tensors WHERE digest = ?",
  ).get(digest);
  return (row as StoredTensor | undefined) ?? null;
}

/** Notes a pack. Throws SQLite's errors. @example insertPack(db, id, 9_800_000, now) */
export function insertPack(db: Catalog, id: string, bytes: number, createdAt: string): void {
  prepared(db, "INSERT INTO packs (id, bytes, created_at) VALUES (?, ?, ?)").run(
    id,
    bytes,
    createdAt,
  );
}

/** Notes where a tensor lies, unless it is stored already. Throws SQLite's errors. @example insertTensor(db, tensor) */
export function insertTensor(db: Catalog, tensor: StoredTensor): void {
  prepared(
    db,
    `INSERT OR IGNORE INTO tensors (digest, pack_id, entry, offset, length)
     VALUES (@digest, @pack, @entry, @offset, @length)`,
  ).run(tensor);
}

/**
 * Removes those of these tensors that no checkpoint uses any more, and the packs that are left
 * without a tensor in use and whose own checkpoint is gone.
 *
 * @param digests tensors that lost a checkpoint
 * @param checkpoints that were removed: each had a pack of its own id
 * @returns the packs whose files can go once the transaction is over
 * @example const packs = write(db, () => dropUnused(db, digests, [checkpointId]));
 */
export function dropUnused(
  db: Catalog,
  digests: Iterable<string>,
  checkpoints: Iterable<string>,
): { id: string; bytes: number }[] {
  const candidates = new Set(checkpoints);
  const dropTensor = prepared(
    db,
    `DELETE FROM tensors WHERE digest = ? AND NOT EXISTS
       (SELECT 1 FROM checkpoint_tensors c WHERE c.digest = tensors.digest) RETURNING pack_id AS pack`,
  );
  for (const digest of digests) {
    const dropped = dropTensor.get(digest) as { pack: string } | undefined;
    if (dropped) candidates.add(dropped.pack);
  }
  const dropPack = prepared(
    db,
    `DELETE FROM packs WHERE id = ? AND NOT EXISTS (SELECT 1 FROM tensors t WHERE t.pack_id = packs.id)
       AND NOT EXISTS (SELECT 1 FROM checkpoints c WHERE c.id = packs.id) RETURNING id, bytes`,
  );
  const packs: { id: string; bytes: number }[] = [];
  for (const candidate of candidates) {
    const pack = dropPack.get(candidate) as { id: string; bytes: number } | undefined;
    if (pack) packs.push(pack);
  }
  return packs;
}

/** Whether the catalog knows a blob. @example hasBlob(db, digest) */
export function hasBlob(db: Catalog, digest: string): boolean {
  return prepared(db, "SELECT 1 FROM blobs WHERE digest = ?").get(digest) !== undefined;
}

/** Notes a blob, unless it is known. Throws SQLite's errors. @example insertBlob(db, digest, 94_000, now) */
export function insertBlob(db: Catalog, digest: string, bytes: number, createdAt: string): void {
  prepared(db, "INSERT OR IGNORE INTO blobs (digest, bytes, created_at) VALUES (?, ?, ?)").run(
    digest,
    bytes,
    createdAt,
  );
}

/** The text of a configuration by its digest, or null. @example configText(db, digest) */
export function configText(db: Catalog, digest: string): string | null {
  const row = prepared(db, "SELECT text FROM configs WHERE digest = ?").get(digest);
  return (row as { text: string } | undefined)?.text ?? null;
}

/** Keeps the text of a configuration under its digest. Throws SQLite's errors. @example insertConfig(db, digest, text) */
export function insertConfig(db: Catalog, digest: string, text: string): void {
  prepared(db, "INSERT OR IGNORE INTO configs (digest, text) VALUES (?, ?)").run(digest, text);
}
