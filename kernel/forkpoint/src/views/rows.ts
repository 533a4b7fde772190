import { Float64, makeVector, Table, tableToIPC, vectorFromArray } from "apache-arrow";
import type { Vector } from "apache-arrow";

/** More rows than this go to a page as a selection. */
const MOST_ROWS = 48_000;
/** Stretches of steps of which the selection keeps the outermost rows: finer than a screen's pixels. */
const BUCKETS = 4_000;

/** What no curve is drawn of: its extremes need not be kept. */
const notDrawn = ["step", "step_ms", "learning_rate"];

/** Rows as they go to a page. */
export interface SentRows {
  /** A complete Arrow IPC stream. */
  stream: Uint8Array;
  /** Whether rows were left out. */
  reduced: boolean;
}

/**
 * The rows of a table for a page: all of them, or, where there are very many, of each stretch of steps the
 * first, the last and of each column the rows of its least and its greatest value, so that a spike of a single
 * step is seen.
 *
 * @example const { stream, reduced } = sentRows(await session.metrics());
 */
export function sentRows(table: Table, most = MOST_ROWS, buckets = BUCKETS): SentRows {
  if (table.numRows <= most) return { stream: tableToIPC(table, "stream"), reduced: false };
  const columns = columnsOf([table]);
  const drawn = [...columns.keys()].filter((name) => !notDrawn.includes(name));
  const kept = keptRows(
    columns.get("step")!,
    drawn.map((name) => columns.get(name)!),
    buckets,
  );
  const selected = [...columns].map(([name, values]): [string, Float64Array] => [
    name,
    Float64Array.from(kept, (row) => values[row]!),
  ]);
  return { stream: tableToIPC(tableWith(selected), "stream"), reduced: true };
}

/**
 * The rows of some tables, one after the other. What was logged besides training may be a column of some of
 * them only: it is null in the rows of the others.
 *
 * @example joinedRows([tableFromIPC(first), tableFromIPC(second)]).numRows
 */
export function joinedRows(tables: readonly Table[]): Table {
  const [first, ...rest] = tables.filter(({ numRows }) => numRows > 0);
  if (!first) return new Table();
  const names = ({ schema }: Table): string => schema.fields.map(({ name }) => name).join("\n");
  if (rest.every((table) => names(table) === names(first))) return first.concat(...rest);
  return tableWith([...columnsOf([first, ...rest])]);
}

function tableWith(columns: [name: string, values: Float64Array][]): Table {
  const vectors = columns.map(([name, values]): [string, Vector] => {
    if (name === "step") return [name, makeVector(BigInt64Array.from(values, BigInt))];
    const numbers = Array.from(values, (value) => (Number.isNaN(value) ? null : value));
    return [name, vectorFromArray(numbers, new Float64())];
  });
  return new Table(Object.fromEntries(vectors));
}

/** The numbers of all columns but the wall time, which no page shows; NaN where there is none. */
function columnsOf(tables: readonly Table[]): Map<string, Float64Array> {
  const rows = tables.reduce((sum, { numRows }) => sum + numRows, 0);
  const columns = new Map<string, Float64Array>();
  let begin = 0;
  for (const table of tables) {
    for (const { name } of table.schema.fields) {
      if (name === "wall") continue;
      const values = columns.get(name) ?? new Float64Array(rows).fill(NaN);
      columns.set(name, values);
      fill(values, begin, table.getChild(name)!);
    }
    begin += table.numRows;
  }
  return columns;
}

function fill(target: Float64Array, begin: number, column: Vector): void {
  let at = begin;
  for (const data of column.data) {
    const values = data.values as ArrayLike<number | bigint>;
    for (let row = 0; row < data.length; row++) {
      if (data.nullCount === 0 || data.getValid(row)) target[at + row] = Number(values[row]);
    }
    at += data.length;
  }
}

function keptRows(step: Float64Array, columns: Float64Array[], buckets: number): number[] {
  const kept: number[] = [];
  const from = step[0]!;
  const width = (step[step.length - 1]! - from) / buckets || 1;
  for (let row = 0; row < step.length;) {
    const border = from + (Math.floor((step[row]! - from) / width) + 1) * width;
    let end = row + 1;
    while (end < step.length && step[end]! < border) end++;
    const chosen = new Set([row, end - 1]);
    for (const values of columns) {
      for (const extreme of extremes(values, row, end)) chosen.add(extreme);
    }
    kept.push(...[...chosen].sort((a, b) => a - b));
    row = end;
  }
  return kept;
}

/** Rows of the first, least, greatest and last value between two rows. */
function extremes(values: Float64Array, begin: number, end: number): number[] {
  let [first, low, high, last] = [-1, -1, -1, -1];
  for (let row = begin; row < end; row++) {
    const value = values[row]!;
    if (value !== value) continue;
    if (first < 0) first = low = high = row;
    if (value < values[low]!) low = row;
    if (value > values[high]!) high = row;
    last = row;
  }
  return first < 0 ? [] : [first, low, high, last];
}
