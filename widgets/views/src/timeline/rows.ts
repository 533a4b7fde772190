import { bytesOf, WireInvalid, type Binary } from "@forkpoint/wire";
import { DataType, tableFromIPC, type Data, type Table, type Vector } from "apache-arrow";

/** Rows as read from one Arrow stream: steps ascending, a null read as NaN. */
export interface Rows {
  step: Float64Array;
  values: Map<string, Float64Array>;
}

/**
 * Reads one complete Arrow IPC stream. Numeric columns beside `step` are kept, others (wall times) are not.
 *
 * @throws WireInvalid where the bytes are no Arrow stream, or `step` is missing or not ascending
 * @example const rows = decodeRows(metrics[0]); rows.values.get("train_loss");
 */
export function decodeRows(chunk: Binary): Rows {
  const table = readTable(chunk);
  const stepColumn = table.getChild("step");
  if (!stepColumn || !isNumeric(stepColumn))
    throw new WireInvalid("metrics.step", "a whole number");
  const step = numbersOf(stepColumn);
  let before = -1;
  for (let row = 0; row < step.length; row++) {
    const here = step[row]!;
    // Also not where it is NaN.
    if (!(here > before) || here % 1 !== 0) {
      throw new WireInvalid("metrics.step", "ascending whole numbers");
    }
    before = here;
  }
  if (!(before <= Number.MAX_SAFE_INTEGER)) {
    throw new WireInvalid("metrics.step", "ascending whole numbers");
  }
  const values = new Map<string, Float64Array>();
  for (const { name } of table.schema.fields) {
    const column = name === "step" ? null : table.getChild(name);
    if (column && isNumeric(column)) values.set(name, numbersOf(column));
  }
  return { step, values };
}

function readTable(chunk: Binary): Table {
  try {
    return tableFromIPC(bytesOf(chunk));
  } catch (cause) {
    const error = new WireInvalid("metrics", "complete Arrow IPC streams");
    error.cause = cause;
    throw error;
  }
}

// A million whole numbers of 64 bits: by way of bigint they would take a frame or more.
function fillFromWords(
  target: Float64Array,
  at: number,
  values: BigInt64Array,
  length: number,
): void {
  const words = new Uint32Array(values.buffer, values.byteOffset, length * 2);
  for (let row = 0; row < length; row++) {
    target[at + row] = (words[2 * row + 1]! | 0) * 4294967296 + words[2 * row]!;
  }
}

// Most bytes of a column that is seldom written are empty, of others full: neither is looked at bit by bit.
function eraseNulls(target: Float64Array, at: number, { nullBitmap, offset, length }: Data): void {
  let empty = 0;
  const erase = (until: number): void => {
    if (empty > 0) target.fill(NaN, at + until - empty, at + until);
    empty = 0;
  };
  for (let row = 0; row < length;) {
    const bit = offset + row;
    const byte = nullBitmap[bit >> 3]!;
    if ((bit & 7) === 0 && row + 8 <= length && (byte === 0 || byte === 255)) {
      if (byte === 0) empty += 8;
      else erase(row);
      row += 8;
      continue;
    }
    if (((byte >> (bit & 7)) & 1) === 0) empty++;
    else erase(row);
    row++;
  }
  erase(length);
}

function isNumeric(column: Vector): boolean {
  const { type } = column;
  return DataType.isInt(type) || (DataType.isFloat(type) && type.precision > 0);
}

function numbersOf(column: Vector): Float64Array {
  const result = withSpace(column.length);
  let at = 0;
  for (const data of column.data as readonly Data[]) {
    const values = data.values as Float64Array | BigInt64Array;
    if (values instanceof BigInt64Array) fillFromWords(result, at, values, data.length);
    else if (values instanceof Float64Array) result.set(values.subarray(0, data.length), at);
    else for (let row = 0; row < data.length; row++) result[at + row] = Number(values[row]);
    if (data.nullCount > 0) eraseNulls(result, at, data);
    at += data.length;
  }
  return result;
}

// Behind the first rows of a long timeline all others are to follow: to copy a million of them when the next one
// comes would take two frames. What is never written takes no memory.
function withSpace(length: number): Float64Array {
  return new Float64Array(new ArrayBuffer(16 * length), 0, length);
}
