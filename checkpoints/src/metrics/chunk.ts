import { tableFromIPC, tableToIPC } from "apache-arrow";
import type { Table } from "apache-arrow";
import { MetricsInvalid } from "../errors/data-errors.js";
import { isStepType, isTextType, isValueType, isWallType, joinStretches } from "./columns.js";

/** Rows ready to be appended to a segment. */
export interface Chunk {
  /** The schema message of the Arrow stream: the beginning of a segment. */
  schema: Uint8Array;
  /** The dictionary and record batch messages: what is appended. */
  batches: Uint8Array;
  rows: number;
  firstStep: number;
  lastStep: number;
}

const END_OF_STREAM = 8;

/**
 * Checks an Arrow IPC stream of metrics and takes it apart.
 *
 * @param bytes one complete stream: `step` int64, `wall` timestamp[ms, UTC], other columns float64
 *   or texts (utf8, plain or as a dictionary; stored as a dictionary)
 * @throws MetricsInvalid
 * @example const { rows, lastStep } = metricsChunk(bytes);
 */
export function metricsChunk(bytes: Uint8Array): Chunk {
  let table: Table;
  try {
    table = tableFromIPC(bytes);
  } catch (error) {
    throw new MetricsInvalid({ reason: "they are no Arrow stream" }, { cause: error });
  }
  const names = new Set<string>();
  for (const { name, type } of table.schema.fields) {
    if (names.has(name)) throw new MetricsInvalid({ reason: `the column "${name}" comes twice` });
    names.add(name);
    const right =
      name === "step"
        ? isStepType(type)
        : name === "wall"
          ? isWallType(type)
          : isValueType(type) || isTextType(type);
    if (!right) {
      throw new MetricsInvalid({ reason: `the column "${name}" has the wrong type, ${type}` });
    }
  }
  if (!names.has("step")) throw new MetricsInvalid({ reason: 'they have no column "step"' });
  const range = stepRange(table);
  if (!table.schema.fields.some(({ type }) => isTextType(type))) {
    return { ...takenApart(table), ...range };
  }
  // One dictionary of one kind for all rows of the chunk, whatever the sender's were.
  const all = [{ tables: [table], from: 0, to: Number.MAX_SAFE_INTEGER }];
  return { ...takenApart(joinStretches(all, [...names])), ...range };
}

/**
 * A table as the messages of a segment. Encoded anew, whatever the sender's encoder did: equal
 * schemas become equal bytes, and there is exactly one end mark.
 *
 * @example const { schema, batches } = takenApart(table);
 */
export function takenApart(table: Table): Pick<Chunk, "schema" | "batches" | "rows"> {
  const stream = tableToIPC(table, "stream");
  const schemaEnd = 8 + new DataView(stream.buffer, stream.byteOffset).getInt32(4, true);
  return {
    schema: stream.subarray(0, schemaEnd),
    batches: stream.subarray(schemaEnd, stream.byteLength - END_OF_STREAM),
    rows: table.numRows,
  };
}

function stepRange(table: Table): Pick<Chunk, "firstStep" | "lastStep"> {
  let first = 0;
  let last = -1;
  let rows = 0;
  for (const value of table.getChild("step")!) {
    const step = Number(value as bigint | null);
    if (value === null || !Number.isSafeInteger(step) || step < 0) {
      throw new MetricsInvalid({ reason: "a step is missing or no whole number from 0 on" });
    }
    if (rows > 0 && step <= last) {
      throw new MetricsInvalid({ reason: `step ${step} comes after step ${last}` });
    }
    if (rows++ === 0) first = step;
    last = step;
  }
  return { firstStep: first, lastStep: last };
}
