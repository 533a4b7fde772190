import { RecordBatchReader, Table } from "apache-arrow";
import type { RecordBatch } from "apache-arrow";

/**
 * The rows of a live segment: every whole batch. The tail may be torn, by a writer that died or
 * one that is writing now; where it is torn the rows end.
 *
 * @returns null when not even one whole batch is there
 * @example readSegment(readFileSync("metrics/0m8h-1.arrows"))?.numRows
 */
export function readSegment(bytes: Uint8Array): Table | null {
  const batches: RecordBatch[] = [];
  try {
    for (const batch of RecordBatchReader.from(bytes)) {
      // A file that grew but got no bytes ends in zeros, which read as a batch without rows.
      if (batch.numRows > 0) batches.push(batch);
    }
  } catch (error) {
    if (!isTear(error)) throw error;
  }
  return batches.length === 0 ? null : new Table(batches);
}

// Arrow raises plain errors of several kinds at a tear; what is no such error is a fault of ours.
function isTear(error: unknown): boolean {
  return error instanceof Error && !(error instanceof ReferenceError);
}
