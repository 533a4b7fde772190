import type { Columns } from "./columns.js";
import { firstAtOrAfter } from "./search.js";

/*
 * The steps of a timeline, counted: its places. Where the page holds all rows, a place is a row. Where it holds
 * a selection of them (up to `selectedUntil`), every whole step has a place all the same, since it was trained
 * and can be shown, resumed and forked.
 */

/**
 * How many steps there are.
 *
 * @example placeCount(columns) === 1_000_000
 */
export function placeCount(columns: Columns): number {
  const { length } = columns;
  if (length === 0) return 0;
  const { selected, firstWhole } = halves(columns);
  return selected + length - firstWhole;
}

/**
 * The place of the last step at or before `step`; -1 where there is none.
 *
 * @example placeOf(columns, 1234)
 */
export function placeOf(columns: Columns, step: number): number {
  if (columns.length === 0 || step < columns.step[0]!) return -1;
  const { selected, firstWhole, first } = halves(columns);
  if (selected > 0 && step < columns.selectedUntil + 1) return Math.floor(step) - first;
  const row = firstAtOrAfter(columns, step);
  const at = row < columns.length && columns.step[row] === step ? row : row - 1;
  return selected + at - firstWhole;
}

/**
 * The step at a place; the nearest one for a place that is not.
 *
 * @example stepOfPlace(columns, placeOf(columns, 1234) + 1) === 1235
 */
export function stepOfPlace(columns: Columns, place: number): number {
  const { selected, firstWhole, first } = halves(columns);
  const within = Math.min(Math.max(0, place), placeCount(columns) - 1);
  return within < selected ? first + within : columns.step[firstWhole + within - selected]!;
}

/**
 * The step nearest to `step`, the earlier of two equally near; null without rows.
 *
 * @example nearestStep(columns, 10.4) === 10
 */
export function nearestStep(columns: Columns, step: number): number | null {
  if (columns.length === 0) return null;
  const place = placeOf(columns, step);
  const earlier = stepOfPlace(columns, place);
  const later = stepOfPlace(columns, place + 1);
  return Math.abs(step - earlier) <= Math.abs(later - step) ? earlier : later;
}

/** How many steps the selection stands for, and the first row behind it. */
function halves(columns: Columns): { first: number; selected: number; firstWhole: number } {
  const first = columns.step[0]!;
  const { selectedUntil } = columns;
  if (selectedUntil < first) return { first, selected: 0, firstWhole: 0 };
  const firstWhole = firstAtOrAfter(columns, selectedUntil + 1);
  return { first, selected: selectedUntil - first + 1, firstWhole };
}
