import { openForWriting, write } from "../catalog/connection.js";
import { listFillings } from "../catalog/filling.js";
import { unsealedRuns } from "../catalog/recorded-rows.js";
import { heldRuns } from "../catalog/runs.js";
import { takeLease } from "../lease/lease.js";
import type { WriterContext } from "./context.js";
import { clearLeftovers, noteWriter } from "./leftovers.js";

/**
 * The first part of opening a store for writing: the catalog made or migrated, the files of dead
 * writers removed. It needs nothing of what reads and writes rows, which takes longer to load than all
 * of this to do.
 *
 * @throws StoreNewer, StoreDamaged, and the system's or SQLite's error
 * @example const context = beginContext(path); if (hasRunsToRecover(context)) recoverRuns(context);
 */
export function beginContext(path: string): WriterContext {
  const db = openForWriting(path);
  try {
    const lease = write(db, () => {
      clearLeftovers(db, path);
      const taken = takeLease(path);
      noteWriter(db, taken.id);
      return taken;
    });
    return {
      path,
      db,
      lease,
      segments: new Map(),
      sealedColumns: new Map(),
      strays: new Set(),
      sealing: Promise.resolve(),
    };
  } catch (error) {
    db.close();
    throw error;
  }
}

/** Whether recoverRuns has anything to look at. @example hasRunsToRecover(context) */
export function hasRunsToRecover({ db }: WriterContext): boolean {
  return heldRuns(db).length > 0 || unsealedRuns(db).length > 0 || listFillings(db).length > 0;
}
