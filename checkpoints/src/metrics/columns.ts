import {
  DataType,
  Dictionary,
  Field,
  Float64,
  Int32,
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
  vectorFromArray,
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

/** Whether this is the type of a column of texts: utf8, plain or as a dictionary. @example isTextType(field.type) */
export function isTextType(type: DataType): boolean {
  return DataType.isUtf8(type) || (DataType.isDictionary(type) && DataType.isUtf8(type.dictionary));
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
 * nulls. Texts become a dictionary; where some stretches have numbers under the name of a text, the
 * numbers become texts.
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
      if (columns && !types.has(name)) continue;
      if (known.has(name) && !isTextType(type)) continue;
      known.add(name);
      types.set(name, typeLike(type));
    }
  }
  if (types.has("wall") && !known.has("wall")) types.set("wall", WALL);
  // Dictionaries are told apart by number; by the column's, equal schemas are equal bytes.
  const fields = [...types].map(([name, type], column) => {
    const numbered = isTextType(type) ? new Dictionary(new Utf8(), new Int32(), column) : type;
    return new Field(name, numbered, name !== "step");
  });
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
  if (isTextType(type)) return new Utf8();
  return new Float64();
}

function joined(pieces: readonly Piece[], name: string, type: DataType, length: number): Data {
  if (DataType.isDictionary(type)) return joinedTexts(pieces, name, type as TextType, length);
  const values = DataType.isFloat(type) ? new Float64Array(length) : new BigInt64Array(length);
  const valid = new Validity(length);
  eachCell(pieces, name, (data, index, row) => {
    if (!data?.getValid(index)) return valid.miss();
    const value: unknown = data.values[index];
    // Stretches may differ in the type of a column; a damaged one may have any.
    if (values instanceof Float64Array) values[row] = Number(value);
    else if (typeof value === "bigint") values[row] = value;
    else return valid.miss();
    valid.mark(row);
  });
  return makeData({ type, length, ...valid.bits(), data: values } as never) as Data;
}

type TextType = Dictionary<Utf8, Int32>;

function joinedTexts(
  pieces: readonly Piece[],
  name: string,
  type: TextType,
  length: number,
): Data<TextType> {
  const words = new Map<string, number>();
  const codes = new Int32Array(length);
  const valid = new Validity(length);
  let known: Data | null = null;
  let text: (index: number) => string = String;
  eachCell(pieces, name, (data, index, row) => {
    if (!data?.getValid(index)) return valid.miss();
    if (data !== known) [known, text] = [data, textsOf(data)];
    const word = text(index);
    let code = words.get(word);
    if (code === undefined) words.set(word, (code = words.size));
    codes[row] = code;
    valid.mark(row);
  });
  const dictionary = vectorFromArray([...words.keys()], new Utf8());
  return makeData({ type, length, ...valid.bits(), data: codes, dictionary });
}

function textsOf(data: Data): (index: number) => string {
  const { dictionary, type, values } = data;
  if (dictionary) return (index) => String(dictionary.get(values[index]));
  if (!DataType.isUtf8(type)) return (index) => String(values[index]);
  const decoder = new TextDecoder();
  const bytes = values as Uint8Array;
  return (index) =>
    decoder.decode(bytes.subarray(data.valueOffsets[index], data.valueOffsets[index + 1]));
}

// Which cells of a column have a value.
class Validity {
  readonly #bits: Uint8Array;
  #nulls = 0;

  constructor(length: number) {
    this.#bits = new Uint8Array(Math.ceil(length / 8));
  }

  mark(row: number): void {
    this.#bits[row >> 3]! |= 1 << (row & 7);
  }

  miss(): void {
    this.#nulls += 1;
  }

  bits(): { nullCount: number; nullBitmap?: Uint8Array } {
    return { nullCount: this.#nulls, ...(this.#nulls > 0 ? { nullBitmap: this.#bits } : {}) };
  }
}

function eachCell(
  pieces: readonly Piece[],
  name: string,
  visit: (data: Data | null, index: number, row: number) => void,
): void {
  let row = 0;
  for (const { table, begin, end } of pieces) {
    const chunks = table.getChild(name)?.data;
    if (!chunks) {
      for (let missing = begin; missing < end; missing++) visit(null, 0, row++);
      continue;
    }
    let offset = 0;
    for (const data of chunks) {
      const last = Math.min(end - offset, data.length);
      for (let index = Math.max(begin - offset, 0); index < last; index++)
        visit(data, index, row++);
      offset += data.length;
    }
  }
}
