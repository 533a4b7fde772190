import { MessageReader, RecordBatchReader, Table } from "apache-arrow";
import type { RecordBatch } from "apache-arrow";

const PREFIX = 8;
const CONTINUATION = 0xff_ff_ff_ff;

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

/**
 * How many bytes of a live segment are whole messages; what follows is a torn tail.
 *
 * @example const tail = bytes.byteLength - wholeLength(bytes);
 */
export function wholeLength(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let offset = 0;
  while (offset + PREFIX <= bytes.byteLength) {
    const length = view.getInt32(offset + 4, true);
    if (view.getUint32(offset, true) !== CONTINUATION || length <= 0) break;
    const end = offset + PREFIX + length;
    if (end > bytes.byteLength) break;
    let body: number;
    try {
      body = new MessageReader(bytes.subarray(offset, end)).readMessage()!.bodyLength;
    } catch (error) {
      if (!isTear(error)) throw error;
      break;
    }
    if (!(body >= 0) || end + body > bytes.byteLength) break;
    offset = end + body;
  }
  return offset;
}

// Arrow raises plain errors of several kinds at a tear; what is no such error is a fault of ours.
function isTear(error: unknown): boolean {
  return error instanceof Error && !(error instanceof ReferenceError);
}
