import { firstAtOrAfter } from "./search.js";
import type { Rows } from "./rows.js";
import { spansChanged } from "./span.js";

/**
 * A timeline's metrics in memory: columns that grow. Only the first `length` entries of each array count;
 * NaN stands where a row has no value. Arrays are replaced when they grow, so keep none across an append.
 */
export interface Columns {
  length: number;
  /** Rows up to this step are a selection of all, each spike among them; -1 where all rows are there. */
  selectedUntil: number;
  step: Float64Array;
  values: Map<string, Float64Array>;
}

/**
 * Columns without rows.
 *
 * @example const columns = createColumns(); appendRows(columns, decodeRows(chunk));
 */
export function createColumns(): Columns {
  return { length: 0, selectedUntil: -1, step: new Float64Array(1024), values: new Map() };
}

/**
 * Adds rows at the end. Rows that do not go on from the last step replace everything from their first step
 * on: a run that resumed at an earlier step hides what came after it.
 *
 * @example appendRows(columns, { step: Float64Array.of(3), values: new Map() });
 */
export function appendRows(columns: Columns, rows: Rows): void {
  const count = rows.step.length;
  if (count === 0) return;
  if (columns.length === 0) {
    // The first rows are most of a long timeline: they are kept as they were read.
    columns.step = rows.step;
    columns.values = new Map(rows.values);
    columns.length = count;
    return;
  }
  columns.length = firstAtOrAfter(columns, rows.step[0]!);
  columns.selectedUntil = Math.min(columns.selectedUntil, rows.step[0]! - 1);
  const start = columns.length;
  const end = start + count;
  columns.step = withRoom(columns.step, end, start);
  columns.step.set(rows.step, start);
  for (const name of new Set([...columns.values.keys(), ...rows.values.keys()])) {
    const known =
      columns.values.get(name) ?? new Float64Array(columns.step.length).fill(NaN, 0, start);
    const column = withRoom(known, end, start);
    spansChanged(known, start, column);
    const added = rows.values.get(name);
    if (added) column.set(added, start);
    else column.fill(NaN, start, end);
    columns.values.set(name, column);
  }
  columns.length = end;
}

function withRoom(array: Float64Array, needed: number, used: number): Float64Array {
  if (array.length >= needed) return array;
  const { buffer, byteOffset } = array;
  const room = Math.floor((buffer.byteLength - byteOffset) / 8);
  if (room >= needed) return new Float64Array(buffer, byteOffset, room);
  const grown = new Float64Array(Math.max(needed, array.length * 2));
  grown.set(array.subarray(0, used));
  return grown;
}
