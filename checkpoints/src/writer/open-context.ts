import { write } from "../catalog/connection.js";
import { clearStrays } from "../files/strays.js";
import { beginContext } from "./begin-context.js";
import type { WriterContext } from "./context.js";
import { forgetWriter } from "./leftovers.js";
import { interruptOwnRuns, recoverRuns } from "./runs-at-work.js";

/**
 * Opens a store for writing: the catalog made or migrated, what dead writers left cleared up.
 *
 * @throws StoreNewer, StoreDamaged, and the system's or SQLite's error
 * @example const context = openContext("/n/.forkpoint");
 */
export function openContext(path: string): WriterContext {
  const context = beginContext(path);
  try {
    recoverRuns(context);
    return context;
  } catch (error) {
    context.db.close();
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
    clearStrays(context);
  } finally {
    write(context.db, () => {
      forgetWriter(context.db, context.lease.id);
      context.lease.release();
    });
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
