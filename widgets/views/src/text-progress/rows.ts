/** Which rows of a long list are in sight, with some before and behind them. */
export interface RowsInSight {
  from: number;
  /** Not included. */
  to: number;
}

/** Rows drawn before and behind those in sight, so that a flick of the wheel shows no gap. */
const SPARE = 2;

/**
 * Which of many rows of one height to draw.
 *
 * @example rowsInSight(1000, 26, 2600, 130) // { from: 94, to: 111 }
 */
export function rowsInSight(
  count: number,
  rowHeight: number,
  scrollTop: number,
  height: number,
): RowsInSight {
  const first = Math.floor(scrollTop / rowHeight);
  const seen = Math.ceil(height / rowHeight);
  const from = Math.max(0, Math.min(first, count - seen) - SPARE);
  return { from, to: Math.min(count, Math.max(0, first) + seen + SPARE) };
}

/**
 * Where to scroll to, so that a row is in the middle, as far as the list allows.
 *
 * @example scrollTo(10, 100, 26, 130) // 208
 */
export function scrollTo(row: number, count: number, rowHeight: number, height: number): number {
  const middle = row * rowHeight - (height - rowHeight) / 2;
  return Math.max(0, Math.min(middle, count * rowHeight - height));
}
