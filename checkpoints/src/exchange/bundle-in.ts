import {
  closeSync,
  fstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createHash } from "node:crypto";
import { ImportInvalid } from "../errors/exchange-errors.js";
import { writeAll } from "../files/durable.js";
import { STORE_FOLDER, SUBFOLDERS } from "../folder/layout.js";
import type { Store } from "../store.js";
import type { Taken } from "./history.js";
import { SUMS } from "./bundle-out.js";
import { tarEntries } from "./tar.js";
import { requireWhole } from "./requirements.js";

const FILES_LIMIT = 1_000_000;
const SUMS_LIMIT = 256 * 2 ** 20;
const PIECE = 4 * 2 ** 20;
const ID = "[a-z0-9]{1,64}";
const NAMES = new RegExp(
  `^${STORE_FOLDER.replace(".", "\\.")}/(catalog\\.sqlite|${SUMS}|blobs/[0-9a-f]{64}|` +
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
    const seen = new Map<string, string>();
    for (const { name, offset, size } of tarEntries(fd, stat.size, FILES_LIMIT)) {
      if (!NAMES.test(name)) invalid(`"${name.slice(0, 100)}" in it is no file of a store`);
      if (seen.has(name)) invalid(`"${name}" is in it twice`);
      if (name.endsWith(SUMS) && size > SUMS_LIMIT) invalid("its list of files is too long");
      seen.set(name, copyOut(fd, offset, size, join(folder, name)));
    }
    if (!seen.has(`${STORE_FOLDER}/catalog.sqlite`)) invalid("it has no catalog");
    const fault = sumsFault(folder, seen);
    if (fault !== null) invalid(fault);
  } catch (error) {
    if (error instanceof SyntaxError) invalid(error.message, error);
    throw error;
  } finally {
    closeSync(fd);
  }
}

// What is there must be what was sent, file by file.
function sumsFault(folder: string, seen: ReadonlyMap<string, string>): string | null {
  const list = `${STORE_FOLDER}/${SUMS}`;
  if (!seen.has(list)) return `it has no ${SUMS}`;
  const lines = readFileSync(join(folder, list), "utf8").split("\n").slice(0, -1);
  const told = new Map(
    lines.map((line) => [`${STORE_FOLDER}/${line.slice(66)}`, line.slice(0, 64)]),
  );
  if (told.size !== seen.size - 1) return "it has other files than were sent";
  for (const [name, digest] of seen) {
    if (name !== list && told.get(name) !== digest) return `"${name}" in it is damaged`;
  }
  return null;
}

// Gives the sha256 of what was copied.
function copyOut(fd: number, offset: number, size: number, file: string): string {
  const out = openSync(file, "wx", 0o600);
  const hash = createHash("sha256");
  try {
    const piece = Buffer.alloc(Math.min(PIECE, size));
    for (let done = 0; done < size;) {
      const count = readSync(fd, piece, 0, Math.min(size - done, piece.byteLength), offset + done);
      if (count === 0) throw new SyntaxError("it ends too soon");
      hash.update(piece.subarray(0, count));
      writeAll(out, [piece.subarray(0, count)]);
      done += count;
    }
    return hash.digest("hex");
  } finally {
    closeSync(out);
  }
}
