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
const END_MARK = Uint8Array.of(255, 255, 255, 255, 0, 0, 0, 0);

/**
 * Checks an Arrow IPC stream of metrics and takes it apart.
 *
 * @param bytes one complete stream: `step` int64, `wall` timestamp[ms, UTC], other columns float64
 *   or texts (utf8, plain or as a dictionary; stored as a dictionary)
 * @throws MetricsInvalid
 * @example const { rows, lastStep } = metricsChunk(bytes);
 */
export function metricsChunk(bytes: Uint8Array): Chunk {
  return likeBefore(bytes) ?? checkedChunk(bytes);
}

function checkedChunk(bytes: Uint8Array): Chunk {
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
    const chunk = { ...takenApart(table), ...range };
    remember(bytes, table, chunk);
    return chunk;
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

/**
 * Chunks of one writer as one, in their order: one write and one transaction for all. Null where their
 * schemas differ or their steps do not ascend.
 *
 * @example const all = joinedChunks([first, second]) ?? first;
 */
export function joinedChunks(chunks: readonly Chunk[]): Chunk | null {
  const first = chunks[0]!;
  const fit = chunks.every(
    ({ schema, rows, firstStep }, at) =>
      rows > 0 &&
      Buffer.compare(schema, first.schema) === 0 &&
      (at === 0 || firstStep > chunks[at - 1]!.lastStep),
  );
  if (!fit) return null;
  return {
    ...{ schema: first.schema, batches: Buffer.concat(chunks.map(({ batches }) => batches)) },
    rows: chunks.reduce((sum, { rows }) => sum + rows, 0),
    ...{ firstStep: first.firstStep, lastStep: chunks.at(-1)!.lastStep },
  };
}

function stepRange(table: Table): Pick<Chunk, "firstStep" | "lastStep"> {
  const column = table.getChild("step")!;
  const numbers = Array.from(column, (value) => (value === null ? Number.NaN : Number(value)));
  return rangeOf(numbers.length, (row) => numbers[row]!);
}

function rangeOf(
  rows: number,
  stepOf: (row: number) => number,
): Pick<Chunk, "firstStep" | "lastStep"> {
  let last = -1;
  for (let row = 0; row < rows; row++) {
    const step = stepOf(row);
    if (!Number.isSafeInteger(step) || step < 0) {
      throw new MetricsInvalid({ reason: "a step is missing or no whole number from 0 on" });
    }
    if (step <= last) throw new MetricsInvalid({ reason: `step ${step} comes after step ${last}` });
    last = step;
  }
  return { firstStep: rows > 0 ? stepOf(0) : 0, lastStep: last };
}

// A writer's chunks differ in their numbers only: the messages around these, which say where each
// column lies and that it has the right type, are the same bytes again and again. Taking a chunk of one
// row apart and encoding it anew takes fifty times as long as appending it.
interface Known {
  /** All but the numbers: the messages before them, and the mark behind. */
  before: Uint8Array;
  length: number;
  schemaEnd: number;
  rows: number;
  /** Where the steps lie. */
  steps: number;
}

const MOST_KNOWN = 8;
const known: Known[] = [];

function remember(bytes: Uint8Array, table: Table, chunk: Chunk): void {
  const { schema, batches, rows } = chunk;
  const [batch, more] = table.batches;
  if (rows === 0 || !batch || more) return;
  const metadata = 8 + new DataView(batches.buffer, batches.byteOffset).getInt32(4, true);
  const values = table.getChild("step")!.data[0]!.values as BigInt64Array;
  const asEncodedHere =
    values.buffer === bytes.buffer &&
    bytes.byteLength === schema.byteLength + batches.byteLength + END_OF_STREAM &&
    startsWith(bytes, schema, 0) &&
    startsWith(bytes, batches.subarray(0, metadata), schema.byteLength) &&
    startsWith(bytes, END_MARK, bytes.byteLength - END_OF_STREAM);
  if (!asEncodedHere) return;
  known.unshift({
    before: bytes.slice(0, schema.byteLength + metadata),
    length: bytes.byteLength,
    schemaEnd: schema.byteLength,
    rows,
    steps: values.byteOffset - bytes.byteOffset,
  });
  known.length = Math.min(known.length, MOST_KNOWN);
}

function likeBefore(bytes: Uint8Array): Chunk | null {
  const found = known.find(
    ({ before, length }) => length === bytes.byteLength && startsWith(bytes, before, 0),
  );
  const end = bytes.byteLength - END_OF_STREAM;
  if (!found || !startsWith(bytes, END_MARK, end)) return null;
  const { schemaEnd, rows, steps } = found;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const range = rangeOf(rows, (row) => Number(view.getBigInt64(steps + 8 * row, true)));
  const [schema, batches] = [bytes.subarray(0, schemaEnd), bytes.subarray(schemaEnd, end)];
  return { schema, batches, rows, ...range };
}

function startsWith(bytes: Uint8Array, part: Uint8Array, at: number): boolean {
  return Buffer.compare(bytes.subarray(at, at + part.byteLength), part) === 0;
}
