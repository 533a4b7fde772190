import { prepared } from "./connection.js";
import type { Catalog } from "./connection.js";
import { addGarbage } from "./garbage.js";

/** Where the bytes of a tensor lie. */
export interface StoredTensor {
  /** sha256, hexadecimal; the catalog has it as bytes. */
  digest: string;
  /** The id of the pack. */
  pack: string;
  /** The tensor's name in that pack. */
  entry: string;
  /** From the start of the pack file, bytes. */
  offset: number;
  length: number;
}

const SELECT_TENSOR =
  "SELECT lower(hex(t.digest)) AS digest, t.pack_id AS pack, t.entry, t.offset, t.length FROM tensors t";

/** Where the tensor of this digest lies, or null if it is not stored. @example findTensor(db, digest)?.pack */
export function findTensor(db: Catalog, digest: string): StoredTensor | null {
  const row = prepared(db, `${SELECT_TENSOR} WHERE t.digest = unhex(?)`).get(digest);
  return (row as StoredTensor | undefined) ?? null;
}

/** Where the tensors of these digests lie; those that are not stored are left out. @example findTensors(db, digests).get(digest)?.pack */
export function findTensors(db: Catalog, digests: readonly string[]): Map<string, StoredTensor> {
  const rows = prepared(
    db,
    `${SELECT_TENSOR} WHERE t.digest IN (SELECT unhex(value) FROM json_each(?))`,
  ).all(JSON.stringify(digests)) as StoredTensor[];
  return new Map(rows.map((row) => [row.digest, row]));
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
     VALUES (unhex(@digest), @pack, @entry, @offset, @length)`,
  ).run(tensor);
}

/**
 * Lets a checkpoint keep tensors. Throws SQLite's errors, also for a tensor that is not stored.
 *
 * @example write(db, () => keepTensors(db, checkpointId, digests));
 */
export function keepTensors(db: Catalog, checkpointId: string, digests: Iterable<string>): void {
  const keep = prepared(
    db,
    `INSERT INTO checkpoint_tensors (checkpoint, tensor)
     VALUES ((SELECT number FROM checkpoints WHERE id = ?),
       (SELECT number FROM tensors WHERE digest = unhex(?))) ON CONFLICT DO NOTHING`,
  );
  for (const digest of digests) keep.run(checkpointId, digest);
}

/** The digests of the tensors that a checkpoint keeps. @example keptTensors(db, id).has(digest) */
export function keptTensors(db: Catalog, checkpointId: string): Set<string> {
  const digests = prepared(
    db,
    `SELECT lower(hex(t.digest)) FROM checkpoints c
     JOIN checkpoint_tensors ct ON ct.checkpoint = c.number JOIN tensors t ON t.number = ct.tensor
     WHERE c.id = ?`,
  ).pluck();
  return new Set(digests.all(checkpointId) as string[]);
}

/**
 * Removes those of these tensors that no checkpoint uses any more, and the packs that are left
 * without a tensor in use and whose own checkpoint is gone: their files become garbage.
 *
 * @param numbers of tensors that lost a checkpoint
 * @param checkpoints that were removed: each had a pack of its own id
 * @returns the packs whose files can go once the transaction is over
 * @example const packs = write(db, () => dropUnused(db, numbers, [checkpointId]));
 */
export function dropUnused(
  db: Catalog,
  numbers: Iterable<number>,
  checkpoints: Iterable<string>,
): { id: string; bytes: number }[] {
  const candidates = new Set(checkpoints);
  const dropTensor = prepared(
    db,
    `DELETE FROM tensors WHERE number = ? AND NOT EXISTS
       (SELECT 1 FROM checkpoint_tensors c WHERE c.tensor = tensors.number) RETURNING pack_id AS pack`,
  );
  for (const number of numbers) {
    const dropped = dropTensor.get(number) as { pack: string } | undefined;
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
    if (!pack) continue;
    packs.push(pack);
    addGarbage(db, { folder: "packs", name: `${pack.id}.safetensors`, bytes: pack.bytes });
  }
  return packs;
}

/** A pack file. */
export interface PackRow {
  id: string;
  bytes: number;
}

/**
 * Packs of which more than half, and at least so many bytes, are tensors that nothing uses, and
 * whose own checkpoint is gone.
 *
 * @example wastefulPacks(db, 65_536).length
 */
export function wastefulPacks(db: Catalog, minDead: number): PackRow[] {
  return prepared(
    db,
    `SELECT p.id, p.bytes FROM packs p JOIN tensors t ON t.pack_id = p.id
     WHERE NOT EXISTS (SELECT 1 FROM checkpoints c WHERE c.id = p.id)
     GROUP BY p.id HAVING p.bytes - sum(t.length) >= max(@minDead, sum(t.length)) ORDER BY p.id`,
  ).all({ minDead }) as PackRow[];
}

/** The tensors of a pack that are in use, in their order. @example tensorsOfPack(db, id).length */
export function tensorsOfPack(db: Catalog, pack: string): StoredTensor[] {
  return prepared(db, `${SELECT_TENSOR} WHERE t.pack_id = ? ORDER BY t.offset`).all(
    pack,
  ) as StoredTensor[];
}

/**
 * Notes that tensors lie in a new pack, one behind the other from `begin` on; the old pack becomes
 * garbage. Inside a transaction. Throws SQLite's errors.
 *
 * @example write(db, () => movePack(db, old, { id, bytes, createdAt, begin: 512 }, tensors))
 */
export function movePack(
  db: Catalog,
  old: PackRow,
  fresh: PackRow & { createdAt: string; begin: number },
  tensors: readonly StoredTensor[],
): void {
  insertPack(db, fresh.id, fresh.bytes, fresh.createdAt);
  let offset = fresh.begin;
  for (const { digest, length } of tensors) {
    prepared(
      db,
      "UPDATE tensors SET pack_id = ?, offset = ? WHERE digest = unhex(?) AND pack_id = ?",
    ).run(fresh.id, offset, digest, old.id);
    offset += length;
  }
  prepared(db, "DELETE FROM packs WHERE id = ?").run(old.id);
  addGarbage(db, { folder: "packs", name: `${old.id}.safetensors`, bytes: old.bytes });
}

/**
 * Drops the blobs made before a time that no checkpoint and no session's settings name: their files
 * become garbage.
 *
 * @returns their digests
 * @example write(db, () => dropUnusedBlobs(db, new Date(Date.now() - graceMs)))
 */
export function dropUnusedBlobs(db: Catalog, before: Date): string[] {
  const old = prepared(db, "SELECT digest, bytes FROM blobs WHERE created_at <= ?").all(
    before.toISOString(),
  ) as { digest: string; bytes: number }[];
  if (old.length === 0) return [];
  const used = new Set(
    (
      prepared(
        db,
        "SELECT DISTINCT b.value AS digest FROM checkpoints c, json_each(c.state, '$.blobs') b WHERE json_valid(c.state)",
      ).all() as { digest: string }[]
    ).map((row) => row.digest),
  );
  const named = prepared(
    db,
    `SELECT 1 FROM sessions WHERE instr(data_config, @digest) + instr(training_config, @digest)
       + instr(model_config, @digest) + instr(attributes, @digest) > 0`,
  );
  const unused = old.filter(({ digest }) => !used.has(digest) && !named.get({ digest }));
  for (const { digest, bytes } of unused) {
    prepared(db, "DELETE FROM blobs WHERE digest = ?").run(digest);
    addGarbage(db, { folder: "blobs", name: digest, bytes });
  }
  return unused.map((blob) => blob.digest);
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

/** Dates a blob anew; false if it is not known (any more). @example write(db, () => renewBlob(db, digest, now)) */
export function renewBlob(db: Catalog, digest: string, now: string): boolean {
  return (
    prepared(db, "UPDATE blobs SET created_at = ? WHERE digest = ?").run(now, digest).changes > 0
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
