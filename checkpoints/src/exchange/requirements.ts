import { closeSync, createReadStream, fstatSync, openSync, readFileSync, readSync } from "node:fs";
import { open } from "node:fs/promises";
import { createHash } from "node:crypto";
import type { Table } from "apache-arrow";
import BetterSqlite3 from "better-sqlite3";
import { openForReading, openForWriting } from "../catalog/connection.js";
import type { Catalog } from "../catalog/connection.js";
import { migrations } from "../catalog/migrations/index.js";
import { tensorsOfPack } from "../catalog/stored-tensors.js";
import { cleanName } from "../catalog/names.js";
import { timeline } from "../catalog/timeline.js";
import { ImportInvalid } from "../errors/exchange-errors.js";
import { StoreError } from "../errors/store-error.js";
import { blobFile, catalogFile, packFile, sealedFile } from "../folder/layout.js";
import { stepsOf } from "../metrics/columns.js";
import { tableFromParquet } from "../metrics/parquet.js";
import { metadataOf, readGroups, sourceOf } from "../metrics/sealed-reader.js";
import { openSealed } from "../snapshots/sealed.js";
import { snapshotOf } from "../snapshots/rows.js";
import { readManifest } from "../tensors/manifest.js";
import { decodeHeader } from "../tensors/safetensors.js";
import { sha256 } from "../hashing/digests.js";

const CELLS_LIMIT = 2 ** 27;
const SNAPSHOTS_AT_ONCE = 64;
const LARGEST_STEP = Number.MAX_SAFE_INTEGER;

/**
 * Checks that a store from elsewhere is what it says, to the last byte, before anything of it is
 * used; one of an older schema is brought up.
 *
 * @param store an unpacked copy that only this process has
 * @param file what it came from, for the error
 * @throws ImportInvalid
 * @example await requireWhole("/tmp/forkpoint-import-x/.forkpoint", "sonnets.forkpoint.tar");
 */
export async function requireWhole(store: string, file: string): Promise<void> {
  const invalid = (reason: string, cause?: unknown): ImportInvalid =>
    new ImportInvalid({ file, reason }, { cause });
  let db: Catalog | undefined;
  try {
    requireCatalog(catalogFile(store));
    openForWriting(store).close();
    db = openForReading(store);
    requireRows(db);
    for (const session of ids(db, "sessions")) timeline(db, session);
    for (const checkpoint of ids(db, "checkpoints")) readManifest(db, checkpoint);
    await requireTensors(db, store);
    await requireBlobs(db, store);
    await requireSealed(db, store);
  } catch (error) {
    if (error instanceof ImportInvalid) throw error;
    if (error instanceof StoreError && error.code === "StoreNewer") throw error;
    throw invalid(reasonOf(error), error);
  } finally {
    db?.close();
  }
}

function reasonOf(error: unknown): string {
  const { message } = error as Error;
  return message.replaceAll(/\s+/g, " ").replace(/\.$/, "").slice(0, 300);
}

// A schema from elsewhere could have views that never end or triggers: it must be, word for word,
// that of its version.
function requireCatalog(file: string): void {
  const read = openSync(file, "r");
  const magic = Buffer.alloc(16);
  readSync(read, magic, 0, 16, 0);
  closeSync(read);
  if (magic.toString("latin1") !== "SQLite format 3\0") throw new Error("its catalog is none");
  const db = new BetterSqlite3(file, { readonly: true });
  try {
    db.pragma("trusted_schema = OFF");
    db.pragma("cell_size_check = ON");
    const version = db.pragma("user_version", { simple: true }) as number;
    const known = migrations.filter((migration) => migration.version <= version);
    // A newer one is refused by its number.
    if (version > migrations.at(-1)!.version) return;
    const model = new BetterSqlite3(":memory:");
    try {
      model.pragma("foreign_keys = OFF");
      for (const { sql } of known) model.exec(sql);
      const schema = "SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name";
      const [theirs, ours] = [db, model].map((one) => JSON.stringify(one.prepare(schema).all()));
      if (version < 1 || theirs !== ours) throw new Error("its catalog has another schema");
    } finally {
      model.close();
    }
    const check = db.pragma("integrity_check(1)", { simple: true });
    if (check !== "ok") throw new Error(`its catalog is damaged (${String(check)})`);
    if ((db.pragma("foreign_key_check") as unknown[]).length > 0) {
      throw new Error("rows of its catalog refer to others that are not there");
    }
  } finally {
    db.close();
  }
}

const JSON_TEXTS: Record<string, string[]> = {
  sessions: ["model_config", "training_config", "data_config"],
  runs: ["error", "summary", "engine"],
  events: ["data"],
  checkpoints: ["state", "engine"],
};

function requireRows(db: Catalog): void {
  for (const table of ["sessions", "runs", "checkpoints", "events", "logged", "models", "sealed"]) {
    for (const row of db.prepare(`SELECT * FROM ${table}`).iterate() as Iterable<
      Record<string, unknown>
    >) {
      for (const [column, value] of Object.entries(row)) {
        if (typeof value !== "number" || column === "value" || column === "train_loss") continue;
        if (!Number.isSafeInteger(value) || Math.abs(value) > LARGEST_STEP) {
          throw new Error(`${table}.${column} holds a number beyond all bounds`);
        }
      }
      for (const column of JSON_TEXTS[table] ?? []) {
        const text = row[column];
        if (text !== null) JSON.parse(String(text));
      }
      const id = row["id"];
      if (id !== undefined && !/^[a-z0-9]{1,64}$/.test(String(id))) {
        throw new Error(`${table} has an id that is none`);
      }
    }
  }
  for (const name of db.prepare("SELECT name FROM session_names").pluck().all()) {
    requireName(String(name), "session");
  }
  for (const name of db.prepare("SELECT name FROM models WHERE trash_id IS NULL").pluck().all()) {
    requireName(String(name), "model");
  }
}

function requireName(name: string, kind: "session" | "model"): void {
  if (cleanName(name, kind) !== name) throw new Error(`a ${kind} has a name that is none`);
}

// Every tensor lies where the catalog says, and its bytes give its digest.
async function requireTensors(db: Catalog, store: string): Promise<void> {
  for (const pack of ids(db, "packs")) {
    const file = packFile(store, pack);
    const fd = openSync(file, "r");
    let header;
    try {
      header = decodeHeader((offset, length) => {
        const bytes = Buffer.alloc(length);
        return bytes.subarray(0, readSync(fd, bytes, 0, length, offset));
      }, fstatSync(fd).size);
    } finally {
      closeSync(fd);
    }
    for (const row of tensorsOfPack(db, pack)) {
      const entry = header.entries.get(row.entry);
      const fits =
        entry &&
        header.dataStart + entry.begin === row.offset &&
        entry.end - entry.begin === row.length;
      if (!fits) throw new Error(`the tensor "${row.entry}" lies elsewhere in its pack`);
      if ((await digestOf(file, row.offset, row.length)) !== row.digest) {
        throw new Error(`the tensor "${row.entry}" does not give its digest`);
      }
    }
  }
}

async function requireBlobs(db: Catalog, store: string): Promise<void> {
  const blobs = db.prepare("SELECT digest, bytes FROM blobs").all();
  for (const { digest, bytes } of blobs as { digest: string; bytes: number }[]) {
    if ((await digestOf(blobFile(store, digest), 0, bytes)) !== digest) {
      throw new Error(`the blob ${digest} does not give its digest`);
    }
  }
}

async function digestOf(file: string, offset: number, length: number): Promise<string> {
  if (length === 0) return sha256("");
  const hash = createHash("sha256");
  for await (const piece of createReadStream(file, { start: offset, end: offset + length - 1 })) {
    hash.update(piece as Buffer);
  }
  return hash.digest("hex");
}

async function requireSealed(db: Catalog, store: string): Promise<void> {
  const rows = db.prepare("SELECT run_id AS runId, series, rows FROM sealed").all();
  for (const { runId, series, rows: count } of rows as {
    runId: string;
    series: "metrics" | "samples" | "snapshots";
    rows: number;
  }[]) {
    const file = sealedFile(store, series, runId);
    if (series === "snapshots") {
      await requireSnapshots(file, count);
      continue;
    }
    const table = await readWhole(file, count);
    // The other reader, which takes the whole of it, must take it too.
    if (tableFromParquet(readFileSync(file)).numRows !== count) {
      throw new Error("rows of a run are missing");
    }
    const steps = stepsOf(table);
    const ascend = steps.every((step, row) => row === 0 || step >= steps[row - 1]!);
    if (!ascend || steps.some((step) => !Number.isSafeInteger(step) || step < 0)) {
      throw new Error("the steps of a run do not ascend");
    }
  }
}

// Group by group, each within its limits.
async function readWhole(file: string, count: number): Promise<Table> {
  const handle = await open(file, "r");
  try {
    const source = sourceOf(handle, (await handle.stat()).size);
    const { row_groups: groups, num_rows: rows, schema } = await metadataOf(source);
    const sum = groups.reduce((all, group) => all + Number(group.num_rows), 0);
    if (Number(rows) !== count || sum !== count) throw new Error("rows of a run are missing");
    if (count * schema.length > CELLS_LIMIT)
      throw new Error("a run has too many rows to be checked");
    const columns = schema.slice(1).map(({ name }) => name);
    return (await readGroups(source, { from: 0, to: LARGEST_STEP, columns }))!;
  } finally {
    await handle.close();
  }
}

async function requireSnapshots(file: string, count: number): Promise<void> {
  const sealed = await openSealed(file);
  try {
    if (sealed.rows !== count) throw new Error("snapshots of a run are missing");
    for (let row = 0; row < count; row += SNAPSHOTS_AT_ONCE) {
      const end = Math.min(count, row + SNAPSHOTS_AT_ONCE);
      for (const cells of await sealed.read(row, end)) snapshotOf(cells);
    }
  } finally {
    await sealed.close();
  }
}

function ids(db: Catalog, table: "sessions" | "checkpoints" | "packs"): string[] {
  return db.prepare(`SELECT id FROM ${table}`).pluck().all() as string[];
}
