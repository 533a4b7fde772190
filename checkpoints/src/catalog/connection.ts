import BetterSqlite3 from "better-sqlite3";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { StoreDamaged, StoreNewer, StoreNotFound } from "../errors/folder-errors.js";
import { asWriteError } from "../errors/system-error.js";
import { catalogFile } from "../folder/layout.js";
import { newId } from "../ids.js";
import { migrations } from "./migrations/index.js";

/** An open connection to the catalog. */
export type Catalog = BetterSqlite3.Database;

const APPLICATION = 0x464b5054; // "FKPT"
const BUSY_MILLISECONDS = 20_000;
const NEWEST = migrations.at(-1)!.version;

type Act = (act: () => unknown) => unknown;

const transactions = new WeakMap<Catalog, BetterSqlite3.Transaction<Act>>();
const statements = new WeakMap<Catalog, Map<string, BetterSqlite3.Statement>>();

/**
 * The prepared form of a statement, made once for each connection.
 *
 * @example prepared(db, "SELECT * FROM runs WHERE id = ?").get(id)
 */
export function prepared(db: Catalog, sql: string): BetterSqlite3.Statement {
  let known = statements.get(db);
  if (!known) statements.set(db, (known = new Map()));
  let statement = known.get(sql);
  if (!statement) known.set(sql, (statement = db.prepare(sql)));
  return statement;
}

/**
 * Runs `act` in one transaction that holds the write lock of the catalog from its beginning.
 *
 * @throws what `act` throws, after undoing all it wrote
 * @example write(db, () => insertEvent(db, event));
 */
export function write<T>(db: Catalog, act: () => T): T {
  return transactionOf(db).immediate(act) as T;
}

/**
 * Runs `act` on one state of the catalog, whatever other processes write meanwhile.
 *
 * @throws what `act` throws
 * @example snapshot(db, () => listTrash(db, store));
 */
export function snapshot<T>(db: Catalog, act: () => T): T {
  return db.inTransaction ? act() : (transactionOf(db).deferred(act) as T);
}

function transactionOf(db: Catalog): BetterSqlite3.Transaction<Act> {
  let known = transactions.get(db);
  if (!known) transactions.set(db, (known = db.transaction((act) => act())));
  return known;
}

/**
 * As write, for what may be lost to a power cut until the next write or `settle`: the system has it
 * when it returns, the disk not yet. A killed process loses nothing.
 *
 * @throws as write
 * @example writeLightly(db, () => advanceSegment(db, runId, "metrics", 1, 20, 500));
 */
export function writeLightly<T>(db: Catalog, act: () => T): T {
  // For each row of metrics: pragma() would take eight times as long.
  db.exec("PRAGMA synchronous = NORMAL");
  try {
    return write(db, act);
  } finally {
    db.exec("PRAGMA synchronous = FULL");
  }
}

/** Waits until the disk has all that was written lightly. Throws SQLite's errors. @example settle(db) */
export function settle(db: Catalog): void {
  // Syncing is part of a commit, and a commit needs a change: SQLite passes over equal values.
  const row = "INSERT INTO meta (key, value) VALUES ('settled', '1')";
  const change = "ON CONFLICT (key) DO UPDATE SET value = CAST(value AS INTEGER) + 1";
  write(db, () => prepared(db, `${row} ${change}`).run());
}

/**
 * Opens the catalog for writing, making or migrating it. Only the store worker does this, and a
 * repair.
 *
 * @param rebuilding make one where packs say that there was another
 * @throws StoreNewer, StoreDamaged, StoreWriteFailed
 * @example const db = openForWriting("/n/.forkpoint");
 */
export function openForWriting(store: string, rebuilding = false): Catalog {
  // An empty catalog over full folders would hide that the catalog was lost.
  if (!rebuilding && !existsSync(catalogFile(store)) && holdsPacks(store)) {
    throw new StoreDamaged({ path: store, reason: "catalog.sqlite is gone" });
  }
  return opened(store, {}, (db) => {
    db.pragma("synchronous = FULL");
    // Pages, 16 MiB. A save changes a hundred, mostly those of the last: the fewer times they are
    // copied, the better.
    db.pragma("wal_autocheckpoint = 4000");
    // A catalog of a newer or another program must stay untouched.
    if (versionOf(db) > 0) checkIdentity(db, store);
    enterWal(db);
    // Of no effect inside the transaction; on, dropping a table that is being rebuilt would fail.
    db.pragma("foreign_keys = OFF");
    write(db, () => migrate(db, store));
    db.pragma("foreign_keys = ON");
  });
}

/**
 * Opens the catalog for reading.
 *
 * @throws StoreNotFound, StoreNewer, StoreDamaged
 * @example const db = openForReading("/n/.forkpoint");
 */
export function openForReading(store: string): Catalog {
  if (!existsSync(catalogFile(store))) {
    throw new StoreNotFound({ path: store, reason: "it has no catalog" });
  }
  return opened(store, { readonly: true }, (db) => checkIdentity(db, store));
}

/**
 * Opens the catalog for reading, an older one as a copy in memory that is brought up there: the file
 * stays as it is.
 *
 * @throws StoreNotFound, StoreNewer, StoreDamaged
 * @example const db = openAsNewest("/n/.forkpoint");
 */
export function openAsNewest(store: string): Catalog {
  const db = openForReading(store);
  if (versionOf(db) === NEWEST) return db;
  try {
    const image = db.serialize();
    // A copy in memory has no write-ahead log.
    image[18] = image[19] = 1;
    const copy = new BetterSqlite3(image);
    copy.pragma("trusted_schema = OFF");
    copy.pragma("foreign_keys = OFF");
    write(copy, () => migrate(copy, store));
    return copy;
  } catch (error) {
    throw asWriteError(error, store);
  } finally {
    db.close();
  }
}

/** A setting of the store, or null. @example getMeta(db, "trash_retention") */
export function getMeta(db: Catalog, key: string): string | null {
  const row = prepared(db, "SELECT value FROM meta WHERE key = ?").get(key);
  return (row as { value: string } | undefined)?.value ?? null;
}

/** Keeps a setting of the store. Inside a transaction. Throws SQLite's errors. @example putMeta(db, "collected_at", now) */
export function putMeta(db: Catalog, key: string, value: string): void {
  prepared(db, "INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)").run(key, value);
}

/**
 * The id that the store got when it was made.
 *
 * @throws StoreDamaged
 * @example storeId(db, "/n/.forkpoint") // "0m8hk2x5c000…"
 */
export function storeId(db: Catalog, store: string): string {
  const id = getMeta(db, "store_id");
  if (id === null) throw new StoreDamaged({ path: store, reason: "it has no store id" });
  return id;
}

function opened(
  store: string,
  options: BetterSqlite3.Options,
  prepare: (db: Catalog) => void,
): Catalog {
  let db: Catalog | undefined;
  try {
    db = new BetterSqlite3(catalogFile(store), { timeout: BUSY_MILLISECONDS, ...options });
    // better-sqlite3 opens in defensive mode; a schema made by others may not call functions either.
    db.pragma("trusted_schema = OFF");
    db.pragma("cell_size_check = ON");
    db.pragma("foreign_keys = ON");
    db.pragma("fullfsync = ON");
    db.pragma("checkpoint_fullfsync = ON");
    prepare(db);
    return db;
  } catch (error) {
    db?.close();
    throw asWriteError(error, store);
  }
}

function holdsPacks(store: string): boolean {
  const folder = join(store, "packs");
  return existsSync(folder) && readdirSync(folder).some((name) => name.endsWith(".safetensors"));
}

function versionOf(db: Catalog): number {
  return db.pragma("user_version", { simple: true }) as number;
}

function checkIdentity(db: Catalog, store: string): void {
  const version = versionOf(db);
  if (db.pragma("application_id", { simple: true }) !== APPLICATION) {
    throw new StoreDamaged({ path: store, reason: "it is no Forkpoint catalog" });
  }
  if (version > NEWEST) throw new StoreNewer({ path: store, version, supported: NEWEST });
  if (version === NEWEST) requireSchema(db, store);
}

// What others added (statistics, indexes, views) may stay; what acts by itself may not.
function requireSchema(db: Catalog, store: string): void {
  const found = new Set(schemaOf(db));
  const missing = newestSchema().find((entry) => !found.has(entry));
  const trigger = [...found].find((entry) => entry.startsWith('["trigger"'));
  if (missing !== undefined || trigger !== undefined) {
    const reason = "its tables are not those of a Forkpoint catalog";
    throw new StoreDamaged({ path: store, reason });
  }
}

// Names and columns, not the texts: SQLite may write those otherwise one day.
function schemaOf(db: Catalog): string[] {
  const rows = db.prepare(
    `SELECT m.type, m.name, m.tbl_name, p.name, p.type, p.pk FROM sqlite_schema m
     LEFT JOIN pragma_table_info(m.name) p ON m.type = 'table'`,
  );
  return rows
    .raw()
    .all()
    .map((row) => JSON.stringify(row));
}

let knownSchema: string[] | undefined;

// What the migrations make of nothing.
function newestSchema(): string[] {
  if (knownSchema !== undefined) return knownSchema;
  const db = new BetterSqlite3(":memory:");
  for (const migration of migrations) db.exec(migration.sql);
  knownSchema = schemaOf(db);
  db.close();
  return knownSchema;
}

function enterWal(db: Catalog): void {
  // SQLite does not wait for the lock here when two processes do this at once.
  const deadline = Date.now() + BUSY_MILLISECONDS;
  for (;;) {
    try {
      db.pragma("journal_mode = WAL");
      return;
    } catch (error) {
      const busy = (error as { code?: string }).code?.startsWith("SQLITE_BUSY");
      if (!busy || Date.now() > deadline) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    }
  }
}

function migrate(db: Catalog, store: string): void {
  const version = versionOf(db);
  if (version === 0) {
    const tables = db.prepare("SELECT count(*) AS n FROM sqlite_schema").get() as { n: number };
    if (tables.n > 0) throw new StoreDamaged({ path: store, reason: "it is no Forkpoint catalog" });
  } else {
    checkIdentity(db, store);
  }
  for (const migration of migrations) {
    if (migration.version <= version) continue;
    try {
      db.exec(migration.sql);
    } catch (error) {
      // A row that does not fit the new schema did not fit the old one either.
      const { code = "" } = error as { code?: string };
      if (code !== "SQLITE_ERROR" && !code.startsWith("SQLITE_CONSTRAINT")) throw error;
      const reason = `it cannot be brought up to schema ${migration.version}`;
      throw new StoreDamaged({ path: store, reason }, { cause: error });
    }
    db.pragma(`user_version = ${migration.version}`);
  }
  if (version > 0 && version < NEWEST && (db.pragma("foreign_key_check") as []).length > 0) {
    throw new StoreDamaged({ path: store, reason: "rows refer to others that are not there" });
  }
  if (version > 0) return;
  db.pragma(`application_id = ${APPLICATION}`);
  db.prepare("INSERT INTO meta (key, value) VALUES ('store_id', ?)").run(newId());
}
