import Database from "better-sqlite3";
import { join } from "node:path";
import { readdirSync } from "node:fs";
import { leaseFile } from "../folder/layout.js";
import { newId } from "../ids.js";
import { removeIfThere } from "../files/durable.js";

/**
 * The sign that a writer lives: a file that it keeps locked. The system drops the lock with the
 * process, however that ends, so a dead holder is known for certain, also across containers that
 * do not see each other's process ids, and also when only the thread died.
 */
export interface Lease {
  id: string;
  release(): void;
}

// A connection that nobody refers to is closed when memory is collected, and its lock with it.
const held = new Set<Database.Database>();

/**
 * Takes a new lease. Call it inside a write transaction of the catalog: between making the file
 * and locking it, sweepLeases of another process must not see it.
 *
 * @throws the system's or SQLite's error
 * @example const lease = takeLease("/n/.forkpoint");
 */
export function takeLease(store: string): Lease {
  const id = newId();
  const file = leaseFile(store, id);
  const lock = new Database(file, { timeout: 0 });
  lock.pragma("journal_mode = MEMORY");
  lock.exec("BEGIN EXCLUSIVE");
  held.add(lock);
  return {
    id,
    release() {
      held.delete(lock);
      lock.close();
      removeIfThere(file);
    },
  };
}

/**
 * Whether the writer that took this lease still lives.
 *
 * @throws SQLite's error, other than that of a held or missing file
 * @example if (!isLeaseHeld(store, run.holder)) closeAsInterrupted(run);
 */
export function isLeaseHeld(store: string, id: string): boolean {
  let probe: Database.Database | undefined;
  try {
    probe = new Database(leaseFile(store, id), { timeout: 0, fileMustExist: true });
    // A shared lock is enough to meet the holder's, and two who ask at once do not meet each other.
    probe.prepare("SELECT count(*) FROM sqlite_schema").get();
    return false;
  } catch (error) {
    const code = (error as { code?: string }).code ?? "";
    if (code.startsWith("SQLITE_BUSY")) return true;
    if (code.startsWith("SQLITE_CANTOPEN")) return false;
    throw error;
  } finally {
    probe?.close();
  }
}

/**
 * Removes the lock files of the dead. Call it inside a write transaction of the catalog.
 *
 * @throws the system's or SQLite's error
 * @example write(db, () => sweepLeases(store));
 */
export function sweepLeases(store: string): void {
  for (const name of readdirSync(join(store, "leases"))) {
    const id = /^([a-z0-9]+)\.lock$/.exec(name)?.[1];
    if (id !== undefined && !isLeaseHeld(store, id)) removeIfThere(leaseFile(store, id));
  }
}
