import BetterSqlite3 from "better-sqlite3";
import { existsSync } from "node:fs";
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
  return db.transaction(act).immediate();
}

/**
 * As write, for what may be lost to a power cut until the next write or `settle`: the system has it
 * when it returns, the disk not yet. A killed process loses nothing.
 *
 * @throws as write
 * @example writeLightly(db, () => advanceSegment(db, runId, "metrics", 1, 20, 500));
 */
export function writeLightly<T>(db: Catalog, act: () => T): T {
  db.pragma("synchronous = NORMAL");
  try {
    return write(db, act);
  } finally {
    db.pragma("synchronous = FULL");
  }
}

/** Waits until the disk has all that was written lightly. Throws SQLite's errors. @example settle(db) */
export function settle(db: Catalog): void {
  // Syncing is part of a commit, and a commit needs a change.
  write(db, () => prepared(db, "UPDATE meta SET value = value WHERE key = 'store_id'").run());
}

/**
 * Opens the catalog for writing, making or migrating it. Only the store worker does this.
 *
 * @throws StoreNewer, StoreDamaged, StoreWriteFailed
 * @example const db = openForWriting("/n/.forkpoint");
 */
export function openForWriting(store: string): Catalog {
  return opened(store, {}, (db) => {
    db.pragma("synchronous = FULL");
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
 * The id that the store got when it was made.
 *
 * @throws StoreDamaged
 * @example storeId(db, "/n/.forkpoint") // "0m8hk2x5c000…"
 */
export function storeId(db: Catalog, store: string): string {
  const row = prepared(db, "SELECT value FROM meta WHERE key = 'store_id'").get() as
    { value: string } | undefined;
  if (!row) throw new StoreDamaged({ path: store, reason: "it has no store id" });
  return row.value;
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

function versionOf(db: Catalog): number {
  return db.pragma("user_version", { simple: true }) as number;
}

function checkIdentity(db: Catalog, store: string): void {
  const version = versionOf(db);
  if (db.pragma("application_id", { simple: true }) !== APPLICATION) {
    throw new StoreDamaged({ path: store, reason: "it is no Forkpoint catalog" });
  }
  if (version > NEWEST) throw new StoreNewer({ path: store, version, supported: NEWEST });
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
    db.exec(migration.sql);
    db.pragma(`user_version = ${migration.version}`);
  }
  if (version > 0 && version < NEWEST && (db.pragma("foreign_key_check") as []).length > 0) {
    throw new StoreDamaged({ path: store, reason: "rows refer to others that are not there" });
  }
  if (version > 0) return;
  db.pragma(`application_id = ${APPLICATION}`);
  db.prepare("INSERT INTO meta (key, value) VALUES ('store_id', ?)").run(newId());
}
