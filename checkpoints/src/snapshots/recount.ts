import { existsSync, statSync } from "node:fs";
import { write } from "../catalog/connection.js";
import { endFilling, listFillings, putFilled } from "../catalog/filling.js";
import { MetricsDamaged } from "../errors/data-errors.js";
import { StoreError } from "../errors/store-error.js";
import { asWriteError } from "../errors/system-error.js";
import { sealedFile } from "../folder/layout.js";
import { isLeaseHeld } from "../lease/lease.js";
import type { WriterContext } from "../writer/context.js";
import { openSealed } from "./sealed.js";

/**
 * Counts the sealed snapshots of the runs that a writer was replacing when it died: their files may be
 * the new ones where the catalog still tells of the old. Takes its turn behind the sealing; what cannot
 * be read now stays as it is, and the next opening of the store tries again.
 *
 * @example recountFilled(context); // when the store is opened
 */
export function recountFilled(context: WriterContext): void {
  const { db, path, lease } = context;
  for (const { runId, lease: theirs } of listFillings(db)) {
    if (theirs !== lease.id && isLeaseHeld(path, theirs)) continue;
    context.sealing = context.sealing.then(async () => {
      try {
        await recount(context, runId);
      } catch (error) {
        if (!(asWriteError(error, path) instanceof StoreError)) throw error;
      }
    });
  }
}

async function recount({ db, path }: WriterContext, runId: string): Promise<void> {
  const file = sealedFile(path, "snapshots", runId);
  const found = existsSync(file) ? await countOf(file) : null;
  // Whoever closes a store by itself does not wait; the next one to open it counts.
  if (!db.open) return;
  write(db, () => {
    if (found) putFilled(db, runId, found.rows, found.bytes);
    endFilling(db, runId);
  });
}

async function countOf(file: string): Promise<{ rows: number; bytes: number }> {
  try {
    const sealed = await openSealed(file);
    await sealed.close();
    return { rows: sealed.rows, bytes: statSync(file).size };
  } catch (error) {
    throw new MetricsDamaged({ file, reason: (error as Error).message }, { cause: error });
  }
}
