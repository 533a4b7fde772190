import { readdirSync } from "node:fs";
import { join } from "node:path";
import { openForWriting, write } from "../catalog/connection.js";
import { removeIfThere } from "../files/durable.js";
import { leaseOfTemporary, SUBFOLDERS } from "../folder/layout.js";
import { isLeaseHeld, sweepLeases, takeLease } from "../lease/lease.js";
import type { WriterContext } from "./context.js";
import { interruptOwnRuns, recoverRuns } from "./runs-at-work.js";

/**
 * Opens a store for writing: the catalog made or migrated, what dead writers left cleared up.
 *
 * Only temporary files are removed. A whole pack without a row stays: it may be all that is left
 * when the catalog was lost or restored from an older copy.
 *
 * @throws StoreNewer, StoreDamaged, and the system's or SQLite's error
 * @example const context = openContext("/n/.forkpoint");
 */
export function openContext(path: string): WriterContext {
  const db = openForWriting(path);
  try {
    const lease = write(db, () => {
      removeTemporaries(path);
      sweepLeases(path);
      return takeLease(path);
    });
    const context: WriterContext = {
      path,
      db,
      lease,
      segments: new Map(),
      sealedColumns: new Map(),
      sealing: Promise.resolve(),
    };
    recoverRuns(context);
    return context;
  } catch (error) {
    db.close();
    throw error;
  }
}

/**
 * Ends the writing: own runs closed and sealed, the lease given back, the catalog closed.
 *
 * @throws the system's or SQLite's error, after closing all the same
 * @example closeContext(context);
 */
export function closeContext(context: WriterContext): void {
  try {
    interruptOwnRuns(context);
  } finally {
    write(context.db, () => context.lease.release());
    context.db.close();
  }
}

/**
 * As closeContext, after the snapshots of all runs are sealed.
 *
 * @throws the system's or SQLite's error, after closing all the same
 * @example await finishContext(context);
 */
export async function finishContext(context: WriterContext): Promise<void> {
  try {
    interruptOwnRuns(context);
    await context.sealing;
  } finally {
    closeContext(context);
  }
}

function removeTemporaries(path: string): void {
  for (const folder of SUBFOLDERS) {
    for (const name of readdirSync(join(path, folder))) {
      const lease = leaseOfTemporary(name);
      if (lease !== null && !isLeaseHeld(path, lease)) removeIfThere(join(path, folder, name));
    }
  }
}
