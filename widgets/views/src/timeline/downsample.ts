import type { Columns } from "./columns.js";
import { firstAtOrAfter, lastAtOrBefore } from "./search.js";
import { spanOf } from "./span.js";

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
  byPixel(columns, from, to, width, (_, begin, end) => {
    const { first, low, high, last, count } = spanOf(column, begin, end);
    if (count === 0) return;
    // In order of rows, each once: of the two extremes the earlier comes first.
    const [one, other] = low < high ? [low, high] : [high, low];
    points.push({ step: step[first]!, value: column[first]! });
    if (one > first) points.push({ step: step[one]!, value: column[one]! });
    if (other > one) points.push({ step: step[other]!, value: column[other]! });
    if (last > other) points.push({ step: step[last]!, value: column[last]! });
  });
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
  byPixel(columns, from, to, width, (pixel, begin, end) => {
    const { first, low, high, last, sum, count } = spanOf(values, begin, end);
    if (count === 0) return;
    const selected = step[begin]! <= selectedUntil;
    const middle = selected ? (values[first]! + values[last]!) / 2 : sum / count;
    // In the pixel's middle, but not where nothing was recorded.
    const centre = from + ((pixel + 0.5) * (to - from)) / width;
    const at = Math.min(Math.max(centre, step[begin]!), step[end - 1]!);
    bands.push({ step: at, low: values[low]!, high: values[high]!, middle });
  });
  return bands;
}

/** The rows of each pixel column that has some, from `begin` to before `end`. */
function byPixel(
  columns: Columns,
  from: number,
  to: number,
  width: number,
  visit: (pixel: number, begin: number, end: number) => void,
): void {
  const { step } = columns;
  const scale = to > from ? width / (to - from) : 0;
  const pixelOf = (row: number): number =>
    Math.min(width - 1, Math.floor((step[row]! - from) * scale));
  const behind = lastAtOrBefore(columns, to) + 1;
  for (let row = firstAtOrAfter(columns, from); row < behind;) {
    const begin = row;
    const pixel = pixelOf(begin);
    let last = behind;
    for (row = begin + 1; row < last;) {
      const middle = (row + last) >>> 1;
      if (pixelOf(middle) === pixel) row = middle + 1;
      else last = middle;
    }
    visit(pixel, begin, row);
  }
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
