import { DataType, Float64, Int64, makeData, Table, tableToIPC, Vector } from "apache-arrow";

/** Rows of a curve in columns; NaN stands where a row has no value. */
export interface CurveRows {
  step: Float64Array;
  columns: Map<string, Float64Array>;
}

/**
 * The rows of a table with a `step` column, which rises, and numbers; null for any other table. What is no
 * number (wall times) is left out.
 *
 * @example curveRows(tableFromIPC(bytes))?.step.length
 */
export function curveRows(table: Table): CurveRows | null {
  const steps = table.getChild("step");
  if (!steps || !DataType.isInt(steps.type)) return null;
  const step = numbersOf(steps);
  for (let row = 1; row < step.length; row++) if (!(step[row]! > step[row - 1]!)) return null;
  const columns = new Map<string, Float64Array>();
  for (const { name, type } of table.schema.fields) {
    if (name === "step") continue;
    if (DataType.isFloat(type) || DataType.isInt(type)) {
      columns.set(name, numbersOf(table.getChild(name)!));
    } else if (!DataType.isTimestamp(type) && !DataType.isDate(type) && !DataType.isTime(type)) {
      return null;
    }
  }
  return { step, columns };
}

/**
 * Rows of several streams as one timeline: those that do not go on from the last step hide what they overlap,
 * as in the page.
 *
 * @example joinedRows([older, newer]).step.at(-1) === newer.step.at(-1)
 */
export function joinedRows(chunks: readonly CurveRows[]): CurveRows {
  let end = Infinity;
  const kept = chunks.toReversed().map((chunk) => {
    const hidden = chunk.step.findIndex((step) => step >= end);
    end = Math.min(end, chunk.step[0] ?? Infinity);
    return { chunk, length: hidden < 0 ? chunk.step.length : hidden };
  });
  kept.reverse();
  const total = kept.reduce((sum, { length }) => sum + length, 0);
  const names = new Set(chunks.flatMap(({ columns }) => [...columns.keys()]));
  const step = new Float64Array(total);
  const columns = new Map([...names].map((name) => [name, new Float64Array(total).fill(NaN)]));
  let at = 0;
  for (const { chunk, length } of kept) {
    step.set(chunk.step.subarray(0, length), at);
    for (const [name, values] of chunk.columns)
      columns.get(name)!.set(values.subarray(0, length), at);
    at += length;
  }
  return { step, columns };
}

/**
 * At most about `most` of the rows: of each stretch of steps the first and the last, and of each column those
 * with its smallest and its largest value, so that no spike goes missing.
 *
 * @example reducedRows(rows, 50_000).step.length <= 50_000
 */
export function reducedRows(rows: CurveRows, most: number): CurveRows {
  const count = rows.step.length;
  if (count <= most) return rows;
  const perStretch = 2 + 2 * rows.columns.size;
  let stretches = Math.max(1, Math.floor(most / perStretch));
  let kept = keptRows(rows, stretches);
  // Where columns have their extremes in common there is room for finer stretches.
  for (let turn = 0; turn < 4 && kept.length < 0.9 * most; turn++) {
    const finer = Math.floor((stretches * most) / kept.length);
    const more = keptRows(rows, finer);
    if (finer === stretches || more.length > most) break;
    [stretches, kept] = [finer, more];
  }
  const columns = new Map<string, Float64Array>();
  for (const [name, values] of rows.columns) columns.set(name, picked(values, kept));
  return { step: picked(rows.step, kept), columns };
}

/**
 * Rows as one Arrow stream.
 *
 * @example const bytes = arrowOf(reducedRows(rows, 50_000));
 */
export function arrowOf({ step, columns }: CurveRows): Uint8Array {
  const vectors: Record<string, Vector> = {
    step: new Vector([makeData({ type: new Int64(), data: BigInt64Array.from(step, BigInt) })]),
  };
  for (const [name, values] of columns) vectors[name] = nullable(values);
  return tableToIPC(new Table(vectors), "stream");
}

function keptRows({ step, columns }: CurveRows, stretches: number): number[] {
  const kept: number[] = [];
  const all = [...columns.values()];
  const size = step.length / stretches;
  for (let stretch = 0; stretch < stretches; stretch++) {
    const [begin, end] = [Math.floor(stretch * size), Math.floor((stretch + 1) * size)];
    if (end <= begin) continue;
    const chosen = new Set([begin, end - 1]);
    for (const values of all) {
      let [low, high] = [-1, -1];
      for (let row = begin; row < end; row++) {
        const value = values[row]!;
        if (Number.isNaN(value)) continue;
        if (low < 0 || value < values[low]!) low = row;
        if (high < 0 || value > values[high]!) high = row;
      }
      if (low >= 0) chosen.add(low).add(high);
    }
    for (const row of [...chosen].sort((a, b) => a - b)) kept.push(row);
  }
  return kept;
}

function picked(values: Float64Array, rows: number[]): Float64Array {
  return Float64Array.from(rows, (row) => values[row]!);
}

function nullable(values: Float64Array): Vector<Float64> {
  const bitmap = new Uint8Array(Math.ceil(values.length / 8));
  let nullCount = 0;
  values.forEach((value, row) => {
    if (Number.isNaN(value)) nullCount++;
    else bitmap[row >> 3]! |= 1 << (row & 7);
  });
  const type = new Float64();
  return new Vector([
    makeData({ type, data: values, length: values.length, nullCount, nullBitmap: bitmap }),
  ]);
}

function numbersOf(column: Vector): Float64Array {
  const result = new Float64Array(column.length);
  let at = 0;
  for (const data of column.data) {
    const values = data.values as ArrayLike<number | bigint>;
    for (let row = 0; row < data.length; row++) {
      result[at + row] = data.nullCount > 0 && !data.getValid(row) ? NaN : Number(values[row]);
    }
    at += data.length;
  }
  return result;
}
