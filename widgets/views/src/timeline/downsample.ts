import type { Columns } from "./columns.js";
import { firstAtOrAfter, lastAtOrBefore } from "./search.js";

/** One point of a curve. */
export interface Point {
  step: number;
  value: number;
}

/**
 * The points to draw for one column between two steps on `width` pixel columns: of each pixel column the
 * first, smallest, largest and last value, in order, so that the drawn line covers the very pixels the full
 * one would and no spike is hidden. Values that are not finite are left out.
 *
 * @example const points = downsample(columns, "train_loss", 0, 1_000_000, 640); // at most 2560 points
 */
export function downsample(
  columns: Columns,
  name: string,
  from: number,
  to: number,
  width: number,
): Point[] {
  const column = columns.values.get(name);
  const points: Point[] = [];
  if (!column || to < from) return points;
  const { step } = columns;
  const scale = to > from ? width / (to - from) : 0;
  let bucket = -1;
  let first = -1;
  let low = -1;
  let high = -1;
  let last = -1;
  const flush = (): void => {
    if (first < 0) return;
    const rows = [...new Set([first, low, high, last])].sort((a, b) => a - b);
    for (const row of rows) points.push({ step: step[row]!, value: column[row]! });
  };
  const end = lastAtOrBefore(columns, to);
  for (let row = firstAtOrAfter(columns, from); row <= end; row++) {
    const value = column[row]!;
    if (!Number.isFinite(value)) continue;
    const here = Math.min(width - 1, Math.floor((step[row]! - from) * scale));
    if (here !== bucket) {
      flush();
      bucket = here;
      first = low = high = row;
    } else {
      if (value < column[low]!) low = row;
      if (value > column[high]!) high = row;
    }
    last = row;
  }
  flush();
  return points;
}

/** What the values of one pixel column span, and where their middle is. */
export interface Band {
  step: number;
  low: number;
  high: number;
  middle: number;
}

/**
 * For each of `width` pixel columns between two steps the smallest, the largest and the middle value of a column
 * of numbers: its mean, or, where the page holds a selection of the rows (which is rich in extremes), the mean of
 * the first and the last. Pixel columns without values are left out.
 *
 * @example const band = bandOf(columns, columns.values.get("train_loss")!, 0, 1_000_000, 640);
 */
export function bandOf(
  columns: Columns,
  values: Float64Array,
  from: number,
  to: number,
  width: number,
): Band[] {
  const bands: Band[] = [];
  if (to <= from) return bands;
  const { step, selectedUntil } = columns;
  const scale = width / (to - from);
  const end = lastAtOrBefore(columns, to);
  for (let row = firstAtOrAfter(columns, from); row <= end;) {
    const pixel = Math.min(width - 1, Math.floor((step[row]! - from) * scale));
    const border = pixel === width - 1 ? Infinity : from + (pixel + 1) / scale;
    const begin = row;
    let [low, high, sum, count, first, last] = [Infinity, -Infinity, 0, 0, NaN, NaN];
    do {
      const value = values[row]!;
      // Neither NaN nor infinite.
      if (value - value === 0) {
        if (value < low) low = value;
        if (value > high) high = value;
        if (count === 0) first = value;
        last = value;
        sum += value;
        count++;
      }
      row++;
    } while (row <= end && step[row]! < border);
    if (count === 0) continue;
    const middle = step[begin]! <= selectedUntil ? (first + last) / 2 : sum / count;
    // In the pixel's middle, but not where nothing was recorded.
    const centre = from + (pixel + 0.5) / scale;
    const at = Math.min(Math.max(centre, step[begin]!), step[row - 1]!);
    bands.push({ step: at, low, high, middle });
  }
  return bands;
}

/**
 * Smallest and largest value of some points, with a margin; [0, 1] without points.
 *
 * @example extent([{ step: 0, value: 1 }, { step: 1, value: 3 }], 0.05) // [0.9, 3.1]
 */
export function extent(points: readonly Point[], margin: number): [number, number] {
  let low = Infinity;
  let high = -Infinity;
  for (const { value } of points) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  if (low > high) return [0, 1];
  const room = high > low ? (high - low) * margin : Math.max(Math.abs(high) * margin, 0.1);
  return [low - room, high + room];
}
