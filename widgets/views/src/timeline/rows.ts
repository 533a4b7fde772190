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
  for (let row = 0; row < step.length; row++) {
    const here = step[row]!;
    if (!Number.isSafeInteger(here) || here < 0 || (row > 0 && here <= step[row - 1]!)) {
      throw new WireInvalid("metrics.step", "ascending whole numbers");
    }
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

function isNumeric(column: Vector): boolean {
  const { type } = column;
  return DataType.isInt(type) || (DataType.isFloat(type) && type.precision > 0);
}

function numbersOf(column: Vector): Float64Array {
  const result = new Float64Array(column.length);
  let at = 0;
  for (const data of column.data as readonly Data[]) {
    const values = data.values as ArrayLike<number | bigint>;
    for (let row = 0; row < data.length; row++) result[at + row] = Number(values[row]);
    if (data.nullCount > 0) {
      for (let row = 0; row < data.length; row++) if (!data.getValid(row)) result[at + row] = NaN;
    }
    at += data.length;
  }
  return result;
}
