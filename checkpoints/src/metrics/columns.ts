import {
  DataType,
  Field,
  Float64,
  Int64,
  makeData,
  Precision,
  RecordBatch,
  Schema,
  Struct,
  Table,
  Timestamp,
  TimeUnit,
  Utf8,
} from "apache-arrow";
import type { Data } from "apache-arrow";

/** Recorded rows of one stretch of steps, both ends included. */
export interface Stretch {
  tables: readonly Table[];
  from: number;
  to: number;
}

interface Piece {
  table: Table;
  begin: number;
  end: number;
}

const WALL = new Timestamp(TimeUnit.MILLISECOND, "UTC");

/** Whether this is the type of the column `step`: int64. @example isStepType(field.type) */
export function isStepType(type: DataType): boolean {
  return DataType.isInt(type) && type.bitWidth === 64 && type.isSigned;
}

/** Whether this is the type of a measured column: float64. @example isValueType(field.type) */
export function isValueType(type: DataType): boolean {
  return DataType.isFloat(type) && type.precision === Precision.DOUBLE;
}

/** Whether this is the type of the column `wall`: milliseconds, UTC. @example isWallType(field.type) */
export function isWallType(type: DataType): boolean {
  return (
    DataType.isTimestamp(type) && type.unit === TimeUnit.MILLISECOND && type.timezone === "UTC"
  );
}

/**
 * Puts stretches of rows together to one table of one batch: `step` first (int64), then `wall`
 * (timestamp[ms, UTC]) and the others in the order in which they first appear, or exactly those
 * asked for. What a stretch lacks is null there; a column that all lack is a float64 column of
 * nulls.
 *
 * @example joinStretches([{ tables, from: 0, to: 500 }], ["train_loss"]).numRows
 */
export function joinStretches(stretches: readonly Stretch[], columns?: readonly string[]): Table {
  const pieces = stretches.flatMap(({ tables, from, to }) =>
    tables.flatMap((table): Piece[] => {
      const steps = stepsOf(table);
      const begin = firstAtLeast(steps, from);
      const end = firstAtLeast(steps, to + 1);
      return begin < end ? [{ table, begin, end }] : [];
    }),
  );
  const length = pieces.reduce((sum, { begin, end }) => sum + end - begin, 0);
  const types = new Map<string, DataType>([["step", new Int64()]]);
  if (columns) for (const name of columns) if (name !== "step") types.set(name, new Float64());
  if (!columns) types.set("wall", WALL);
  const known = new Set<string>(["step"]);
  for (const table of stretches.flatMap((stretch) => stretch.tables)) {
    for (const { name, type } of table.schema.fields) {
      if (known.has(name) || (columns && !types.has(name))) continue;
      known.add(name);
      types.set(name, typeLike(type));
    }
  }
  if (types.has("wall") && !known.has("wall")) types.set("wall", WALL);
  const fields = [...types].map(([name, type]) => new Field(name, type, name !== "step"));
  const children = fields.map(({ name, type }) => joined(pieces, name, type, length));
  const schema = new Schema(fields);
  const data = makeData({ type: new Struct(fields), length, nullCount: 0, children });
  return new Table(schema, [new RecordBatch(schema, data)]);
}

/** The steps of a table as numbers. @example stepsOf(table).at(-1) */
export function stepsOf(table: Table): Float64Array {
  const steps = new Float64Array(table.numRows);
  let row = 0;
  for (const data of table.getChild("step")?.data ?? []) {
    const values = data.values as BigInt64Array;
    for (let index = 0; index < data.length; index++) steps[row++] = Number(values[index]);
  }
  return steps;
}

function firstAtLeast(steps: Float64Array, step: number): number {
  let low = 0;
  let high = steps.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (steps[middle]! < step) low = middle + 1;
    else high = middle;
  }
  return low;
}

function typeLike(type: DataType): DataType {
  if (isWallType(type)) return WALL;
  if (isStepType(type)) return new Int64();
  if (DataType.isUtf8(type)) return new Utf8();
  return new Float64();
}

function joined(pieces: readonly Piece[], name: string, type: DataType, length: number): Data {
  if (DataType.isUtf8(type)) return joinedTexts(pieces, name, length);
  const values = DataType.isFloat(type) ? new Float64Array(length) : new BigInt64Array(length);
  const valid = new Uint8Array(Math.ceil(length / 8));
  let row = 0;
  let nulls = 0;
  eachCell(pieces, name, (data, index) => {
    if (data?.getValid(index)) {
      values[row] = data.values[index];
      valid[row >> 3]! |= 1 << (row & 7);
    } else nulls += 1;
    row += 1;
  });
  const bits = nulls > 0 ? { nullBitmap: valid } : {};
  return makeData({ type, length, nullCount: nulls, ...bits, data: values } as never) as Data;
}

function joinedTexts(pieces: readonly Piece[], name: string, length: number): Data {
  const parts: Uint8Array[] = [];
  const valueOffsets = new Int32Array(length + 1);
  const empty = new Uint8Array(0);
  let row = 0;
  eachCell(pieces, name, (data, index) => {
    const [begin, end] = data ? [data.valueOffsets[index], data.valueOffsets[index + 1]] : [0, 0];
    const bytes = data ? (data.values as Uint8Array).subarray(begin, end) : empty;
    parts.push(bytes);
    valueOffsets[row + 1] = valueOffsets[row]! + bytes.byteLength;
    row += 1;
  });
  const bytes = new Uint8Array(Buffer.concat(parts));
  return makeData({ type: new Utf8(), length, nullCount: 0, valueOffsets, data: bytes });
}

function eachCell(
  pieces: readonly Piece[],
  name: string,
  visit: (data: Data | null, index: number) => void,
): void {
  for (const { table, begin, end } of pieces) {
    const chunks = table.getChild(name)?.data;
    if (!chunks) {
      for (let row = begin; row < end; row++) visit(null, 0);
      continue;
    }
    let offset = 0;
    for (const data of chunks) {
      const last = Math.min(end - offset, data.length);
      for (let index = Math.max(begin - offset, 0); index < last; index++) visit(data, index);
      offset += data.length;
    }
  }
}
