import { closeSync, fstatSync, mkdirSync, mkdtempSync, openSync, readSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { ImportInvalid } from "../errors/exchange-errors.js";
import { writeAll } from "../files/durable.js";
import { STORE_FOLDER, SUBFOLDERS } from "../folder/layout.js";
import type { Store } from "../store.js";
import type { Taken } from "./history.js";
import { tarEntries } from "./tar.js";
import { requireWhole } from "./requirements.js";

const FILES_LIMIT = 1_000_000;
const PIECE = 4 * 2 ** 20;
const ID = "[a-z0-9]{1,64}";
const NAMES = new RegExp(
  `^${STORE_FOLDER.replace(".", "\\.")}/(catalog\\.sqlite|blobs/[0-9a-f]{64}|` +
    `packs/${ID}\\.safetensors|(metrics|snapshots)/${ID}\\.parquet)$`,
);

/**
 * Takes the sessions of a bundle into a store, with new names where theirs are taken. All of it is
 * checked before anything is taken: names, every digest, every row, and that the catalog in it is
 * nothing but a catalog.
 *
 * @throws ImportInvalid, ImportConflict, StoreWriteFailed
 * @example (await importBundle(store, "sonnets.forkpoint.tar")).sessions
 */
export async function importBundle(
  { writer }: Pick<Store, "writer">,
  file: string,
): Promise<Taken> {
  const path = resolve(file);
  const folder = mkdtempSync(join(tmpdir(), "forkpoint-import-"));
  try {
    const store = join(folder, STORE_FOLDER);
    unpack(path, folder);
    await requireWhole(store, path);
    return await writer.adopt({ path: store });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

// Only names that a store's own files can have become files, in a folder of our own.
function unpack(path: string, folder: string): void {
  const invalid = (reason: string, cause?: unknown): never => {
    throw new ImportInvalid({ file: path, reason }, { cause });
  };
  let fd: number;
  try {
    fd = openSync(path, "r");
  } catch (error) {
    return invalid(`it cannot be read (${(error as NodeJS.ErrnoException).code})`, error);
  }
  try {
    const stat = fstatSync(fd);
    if (!stat.isFile()) return invalid("it is no file");
    mkdirSync(join(folder, STORE_FOLDER), { mode: 0o700 });
    for (const name of SUBFOLDERS) mkdirSync(join(folder, STORE_FOLDER, name), { mode: 0o700 });
    const seen = new Set<string>();
    for (const { name, offset, size } of tarEntries(fd, stat.size, FILES_LIMIT)) {
      if (!NAMES.test(name)) invalid(`"${name.slice(0, 100)}" in it is no file of a store`);
      if (seen.has(name)) invalid(`"${name}" is in it twice`);
      seen.add(name);
      copyOut(fd, offset, size, join(folder, name));
    }
    if (!seen.has(`${STORE_FOLDER}/catalog.sqlite`)) invalid("it has no catalog");
  } catch (error) {
    if (error instanceof SyntaxError) invalid(error.message, error);
    throw error;
  } finally {
    closeSync(fd);
  }
}

function copyOut(fd: number, offset: number, size: number, file: string): void {
  const out = openSync(file, "wx", 0o600);
  try {
    const piece = Buffer.alloc(Math.min(PIECE, size));
    for (let done = 0; done < size;) {
      const count = readSync(fd, piece, 0, Math.min(size - done, piece.byteLength), offset + done);
      if (count === 0) throw new SyntaxError("it ends too soon");
      writeAll(out, [piece.subarray(0, count)]);
      done += count;
    }
  } finally {
    closeSync(out);
  }
}
