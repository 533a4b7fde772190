import {
  closeSync,
  existsSync,
  fstatSync,
  fsyncSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
} from "node:fs";
import { createHash } from "node:crypto";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import type { Table } from "apache-arrow";
import { openForReading, openForWriting, write } from "../catalog/connection.js";
import type { Catalog } from "../catalog/connection.js";
import { movePack, tensorsOfPack } from "../catalog/stored-tensors.js";
import { ExportTaken } from "../errors/exchange-errors.js";
import { StoreError } from "../errors/store-error.js";
import { asWriteError } from "../errors/system-error.js";
import { removeIfThere, renameDurably, writeAll } from "../files/durable.js";
import { blobFile, catalogFile, packFile, STORE_FOLDER, SUBFOLDERS } from "../folder/layout.js";
import { newId } from "../ids.js";
import { readRun } from "../metrics/along.js";
import { joinStretches } from "../metrics/columns.js";
import { parquetFromTable } from "../metrics/parquet.js";
import { readSegment } from "../metrics/segment-reader.js";
import { rowsOfTable } from "../snapshots/rows.js";
import { sealedSnapshots } from "../snapshots/sealed.js";
import type { Store } from "../store.js";
import { movedPack } from "../tensors/repack.js";
import { sha256 } from "../hashing/digests.js";
import { blobsOf, oneSession, wholeStore } from "./choice.js";
import type { Choice } from "./history.js";
import { copyHistory } from "./history.js";
import { TAR_END, tarHeader, tarPadding } from "./tar.js";

/** What a bundle holds. */
export interface Bundle {
  /** The file, absolute. */
  path: string;
  bytes: number;
  sessions: number;
  checkpoints: number;
}

/** The file of a bundle that names the sha256 of the others, as `sha256sum --check` reads it. */
export const SUMS = "SHA256SUMS";

const PIECE = 4 * 2 ** 20;

/**
 * Writes a store, or one session of it with all that it needs, as one file: a plain tar of a store's
 * folder, which `tar xf` makes a store again. Corpora, tokenizers and graphs are in it, the trash is
 * not; runs still at work are in it as they stand. Of a pack that holds tensors of other checkpoints
 * too, only those that are needed go with it.
 *
 * @param options `session`: its id; the whole store if not given
 * @throws SessionNotFound, ExportTaken, MetricsDamaged, StoreWriteFailed
 * @example await exportBundle(store, "sonnets.forkpoint.tar", { session: id });
 */
export async function exportBundle(
  { path: store }: Pick<Store, "path">,
  file: string,
  options: { session?: string } = {},
): Promise<Bundle> {
  const path = resolve(file);
  if (existsSync(path)) throw new ExportTaken({ path });
  const folder = mkdtempSync(join(tmpdir(), "forkpoint-export-"));
  const part = join(dirname(path), `.${newId()}.part`);
  const db = openForReading(store);
  try {
    // What is thinned or sealed meanwhile stays as it was for this reader.
    db.exec("BEGIN");
    const choice = options.session === undefined ? wholeStore(db) : oneSession(db, options.session);
    const copy = join(folder, STORE_FOLDER);
    mkdirSync(copy);
    for (const name of SUBFOLDERS) mkdirSync(join(copy, name));
    const target = openForWriting(copy);
    try {
      const taken = write(target, () => copyHistory(db, target, choice, sameNames));
      const fd = openSync(part, "wx", 0o600);
      try {
        const bundle = { fd, sums: [] };
        await writeRows(bundle, db, store, target, choice);
        for (const digest of blobsOf(db, choice)) {
          noteBlob(db, target, digest);
          addFile(bundle, `blobs/${digest}`, blobFile(store, digest));
        }
        for (const pack of packsIn(target)) addPack(bundle, store, target, pack);
        target.pragma("wal_checkpoint(TRUNCATE)");
        target.pragma("journal_mode = DELETE");
        addFile(bundle, "catalog.sqlite", catalogFile(copy));
        addBytes(bundle, SUMS, Buffer.from(bundle.sums.join("")));
        writeAll(fd, [TAR_END]);
        fsyncSync(fd);
        const bytes = fstatSync(fd).size;
        renameDurably(part, path);
        return { path, bytes, sessions: taken.sessions.length, checkpoints: taken.checkpoints };
      } finally {
        closeSync(fd);
      }
    } finally {
      target.close();
    }
  } catch (error) {
    throw error instanceof StoreError ? error : asWriteError(error, path);
  } finally {
    removeIfThere(part);
    db.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

const sameNames = { session: (name: string) => name, model: (name: string) => name };

interface OpenBundle {
  fd: number;
  /** Lines of SUMS. */
  sums: string[];
}

interface Part {
  bytes: Uint8Array | null;
  table: Table | null;
}

// Recorded rows as sealed files, those of runs at work too.
async function writeRows(
  bundle: OpenBundle,
  db: Catalog,
  store: string,
  target: Catalog,
  { runs }: Choice,
): Promise<void> {
  const note = target.prepare(
    "INSERT INTO sealed (run_id, series, rows, bytes) VALUES (?, ?, ?, ?)",
  );
  const rowsOf = db.prepare("SELECT rows FROM sealed WHERE run_id = ? AND series = ?").pluck();
  for (const runId of runs) {
    for (const series of ["metrics", "samples", "snapshots"] as const) {
      const name = `${series === "metrics" ? "metrics" : "snapshots"}/${runId}.parquet`;
      const parts = await readRun<Part>(db, store, runId, series, {
        sealed: (file) => ({ bytes: readFileSync(file), table: null }),
        segment(file) {
          const table = readSegment(readFileSync(file));
          return table && { bytes: null, table };
        },
      });
      const sealed = parts[0]?.bytes;
      if (sealed) {
        addBytes(bundle, name, sealed);
        note.run(runId, series, rowsOf.get(runId, series), sealed.byteLength);
        continue;
      }
      const tables = parts.flatMap(({ table }) => (table ? [table] : []));
      const rows = tables.reduce((sum, table) => sum + table.numRows, 0);
      if (rows === 0) continue;
      const bytes =
        series === "snapshots"
          ? await sealedSnapshots(tables.flatMap(rowsOfTable))
          : parquetFromTable(joinStretches([{ tables, from: 0, to: Number.MAX_SAFE_INTEGER }]));
      addBytes(bundle, name, bytes);
      note.run(runId, series, rows, bytes.byteLength);
    }
  }
}

function noteBlob(db: Catalog, target: Catalog, digest: string): void {
  const row = db.prepare("SELECT bytes, created_at FROM blobs WHERE digest = ?").get(digest) as {
    bytes: number;
    created_at: string;
  };
  const note = target.prepare("INSERT INTO blobs (digest, bytes, created_at) VALUES (?, ?, ?)");
  note.run(digest, row.bytes, row.created_at);
}

function packsIn(db: Catalog): { id: string; bytes: number }[] {
  return db.prepare("SELECT id, bytes FROM packs ORDER BY id").all() as ReturnType<typeof packsIn>;
}

// A pack that is damaged goes as it is, for verify to name.
function addPack(
  bundle: OpenBundle,
  store: string,
  target: Catalog,
  pack: { id: string; bytes: number },
): void {
  // One whose own checkpoint goes along is needed whole.
  const own = target.prepare("SELECT 1 FROM checkpoints WHERE id = ?").get(pack.id);
  const anew = own ? null : movedPack(store, pack.id, tensorsOfPack(target, pack.id), "export");
  if (!anew || anew.left === 0)
    return addFile(bundle, `packs/${pack.id}.safetensors`, packFile(store, pack.id));
  write(target, () => {
    movePack(target, pack, anew.place, anew.tensors);
    target.prepare("DELETE FROM garbage").run();
  });
  addBytes(bundle, `packs/${anew.place.id}.safetensors`, Buffer.concat(anew.parts));
}

function addBytes({ fd, sums }: OpenBundle, name: string, bytes: Uint8Array): void {
  const size = bytes.byteLength;
  sums.push(`${sha256(bytes)}  ${name}\n`);
  writeAll(fd, [tarHeader(`${STORE_FOLDER}/${name}`, size), bytes, tarPadding(size)]);
}

function addFile({ fd, sums }: OpenBundle, name: string, file: string): void {
  const from = openSync(file, "r");
  const hash = createHash("sha256");
  try {
    const { size } = fstatSync(from);
    writeAll(fd, [tarHeader(`${STORE_FOLDER}/${name}`, size)]);
    const piece = Buffer.alloc(Math.min(PIECE, size));
    for (let left = size; left > 0;) {
      const count = readSync(from, piece, 0, Math.min(left, piece.byteLength), size - left);
      if (count === 0) throw new Error(`${file} became shorter while it was read`);
      const part = piece.subarray(0, count);
      hash.update(part);
      writeAll(fd, [part]);
      left -= count;
    }
    sums.push(`${hash.digest("hex")}  ${name}\n`);
    writeAll(fd, [tarPadding(size)]);
  } finally {
    closeSync(from);
  }
}
