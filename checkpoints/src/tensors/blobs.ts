import { existsSync, readdirSync, readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { BlobDamaged, BlobMissing } from "../errors/data-errors.js";
import { keepFile } from "../catalog/garbage.js";
import { hasBlob, insertBlob, renewBlob } from "../catalog/stored-tensors.js";
import { prepared, write } from "../catalog/connection.js";
import type { Catalog } from "../catalog/connection.js";
import { renameDurably, writeDurably } from "../files/durable.js";
import { discard } from "../files/strays.js";
import { blobFile, temporaryFile } from "../folder/layout.js";
import { newId } from "../ids.js";
import type { WriterContext } from "../writer/context.js";
import { sha256 } from "../hashing/digests.js";

/**
 * Stores bytes once, under their digest. One that is stored already is read and checked; if its
 * file is gone or damaged it is written again.
 *
 * @returns the sha256, hexadecimal
 * @throws the system's or SQLite's error; then nothing is left
 * @example const digest = storeBlob(context, corpus);
 */
export function storeBlob(context: WriterContext, bytes: Uint8Array): string {
  const { db, path, lease } = context;
  const digest = sha256(bytes);
  const file = blobFile(path, digest);
  if (hasBlob(db, digest) && existsSync(file) && sha256(readFileSync(file)) === digest) {
    // As new: a collection must not take it before something refers to it.
    if (write(db, () => renewBlob(db, digest, new Date().toISOString()))) return digest;
  }
  const temporary = temporaryFile(path, "blobs", lease.id, newId());
  writeDurably(temporary, [bytes]);
  try {
    write(db, () => {
      renameDurably(temporary, file);
      keepFile(db, "blobs", digest);
      insertBlob(db, digest, bytes.byteLength, new Date().toISOString());
    });
  } catch (error) {
    discard(context, [temporary]);
    throw error;
  }
  return digest;
}

/**
 * Reads a blob and checks it against its digest.
 *
 * @throws BlobMissing, BlobDamaged
 * @example const corpus = await loadBlob(db, store, digest);
 */
export async function loadBlob(
  db: Catalog,
  store: string,
  digest: string,
): Promise<Uint8Array<ArrayBuffer>> {
  if (!/^[0-9a-f]{64}$/.test(digest) || !hasBlob(db, digest)) throw new BlobMissing({ digest });
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    bytes = new Uint8Array(await readFile(blobFile(store, digest)));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    throw new BlobMissing({ digest }, { cause: error });
  }
  if (sha256(bytes) !== digest) throw new BlobDamaged({ digest });
  return bytes;
}

/**
 * Takes whole blobs into the catalog that it does not know. Inside a transaction.
 *
 * @returns how many
 * @throws the system's or SQLite's error
 * @example write(db, () => adoptBlobs(db, store))
 */
export function adoptBlobs(db: Catalog, store: string): number {
  let count = 0;
  const garbage = prepared(db, "SELECT 1 FROM garbage WHERE folder = 'blobs' AND name = ?");
  for (const digest of readdirSync(join(store, "blobs"))) {
    if (!/^[0-9a-f]{64}$/.test(digest) || hasBlob(db, digest) || garbage.get(digest)) continue;
    const bytes = readFileSync(blobFile(store, digest));
    if (sha256(bytes) !== digest) continue;
    insertBlob(db, digest, bytes.byteLength, new Date().toISOString());
    count += 1;
  }
  return count;
}
