import { MetricsDamaged } from "../errors/data-errors.js";
import { commitSealed, readRecorded } from "../metrics/seal.js";
import type { Recorded } from "../metrics/seal.js";
import { StoreError } from "../errors/store-error.js";
import { asWriteError } from "../errors/system-error.js";
import type { WriterContext } from "../writer/context.js";
import { rowsOfTable } from "./rows.js";
import { sealedSnapshots } from "./sealed.js";

/**
 * Turns the snapshots of an ended run into one Parquet file, after those asked for before; the
 * segments are read as long as it is not done. What cannot be sealed now (a full disk, a segment
 * gone) stays as it is, and the next opening of the store tries again.
 *
 * @example sealSnapshotsLater(context, runId);
 */
export function sealSnapshotsLater(context: WriterContext, runId: string): void {
  context.sealing = context.sealing.then(async () => {
    try {
      await sealSnapshots(context, runId);
    } catch (error) {
      if (!(asWriteError(error, context.path) instanceof StoreError)) throw error;
    }
  });
}

/**
 * Seals the snapshots of an ended run now.
 *
 * @throws MetricsDamaged, and the system's or SQLite's error; the segments stay as they are then
 * @example await sealSnapshots(context, runId);
 */
export async function sealSnapshots(context: WriterContext, runId: string): Promise<void> {
  if (!context.db.open) return;
  const recorded = readRecorded(context, runId, "snapshots");
  if (!recorded) return;
  const bytes = await bytesOf(recorded);
  // Whoever closes a store by itself does not wait; the next one to open it seals.
  if (context.db.open) commitSealed(context, runId, "snapshots", recorded, bytes);
}

async function bytesOf({ tables }: Recorded): Promise<Uint8Array | null> {
  try {
    const rows = tables.flatMap(rowsOfTable);
    return rows.length === 0 ? null : await sealedSnapshots(rows);
  } catch (error) {
    const { message } = error as Error;
    throw new MetricsDamaged({ file: "a segment of snapshots", reason: message }, { cause: error });
  }
}
