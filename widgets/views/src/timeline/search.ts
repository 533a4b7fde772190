import type { Columns } from "./columns.js";

/**
 * Row of the first step at or after `step`; `columns.length` where there is none.
 *
 * @example firstAtOrAfter(columns, 10)
 */
export function firstAtOrAfter(columns: Columns, step: number): number {
  let low = 0;
  let high = columns.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (columns.step[middle]! < step) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * Row of the last step at or before `step`; -1 where there is none.
 *
 * @example lastAtOrBefore(columns, 10)
 */
export function lastAtOrBefore(columns: Columns, step: number): number {
  const row = firstAtOrAfter(columns, step);
  return row < columns.length && columns.step[row] === step ? row : row - 1;
}

/** A value and the step it was recorded at. */
export interface ValueAt {
  step: number;
  value: number;
}

/**
 * The newest value of a column at or before `step`; null where there is none.
 *
 * @example valueAt(columns, "validation_loss", 250) // { step: 200, value: 1.62 }
 */
export function valueAt(columns: Columns, name: string, step: number): ValueAt | null {
  const column = columns.values.get(name);
  if (!column) return null;
  for (let row = lastAtOrBefore(columns, step); row >= 0; row--) {
    const value = column[row]!;
    if (!Number.isNaN(value)) return { step: columns.step[row]!, value };
  }
  return null;
}

/**
 * The first value of a column at or after `step`; null where there is none.
 *
 * @example valueAfter(columns, "validation_loss", 250) // { step: 300, value: 1.58 }
 */
export function valueAfter(columns: Columns, name: string, step: number): ValueAt | null {
  const column = columns.values.get(name);
  if (!column) return null;
  for (let row = firstAtOrAfter(columns, step); row < columns.length; row++) {
    const value = column[row]!;
    if (!Number.isNaN(value)) return { step: columns.step[row]!, value };
  }
  return null;
}

/**
 * Index of the item whose step is nearest in a list that ascends by step, the earlier of two as near; -1
 * where there is none.
 *
 * @example nearestItem([{ step: 0 }, { step: 100 }], 70) === 1
 */
export function nearestItem(items: readonly { step: number }[], step: number): number {
  const before = lastItemAtOrBefore(items, step);
  const after = items[before + 1];
  if (!after) return before;
  const own = items[before];
  return own && step - own.step <= after.step - step ? before : before + 1;
}

/**
 * Index of the last item at or before `step` in a list that ascends by step; -1 where there is none.
 *
 * @example lastItemAtOrBefore(samples, 250)
 */
export function lastItemAtOrBefore(items: readonly { step: number }[], step: number): number {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (items[middle]!.step <= step) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
