/** A column along the steps. */
export interface Curve {
  /** Ascending. */
  steps: Float64Array;
  /** NaN where nothing is, and where NaN was measured. */
  values: Float64Array;
}

const FIRST = 0;
const LEAST = 1;
const GREATEST = 2;
const LAST = 3;
const GAP = 4;
const KEPT = 5;

/**
 * Thins a curve so that at a given width it looks the same: of each pixel column the first, the
 * least, the greatest and the last value stay, and one NaN where there are any. No spike of a single
 * step is lost. At most five points a pixel; a curve that is thinner already comes back as it is.
 *
 * @param pixels the width of the plot, a whole number from 1 on
 * @throws RangeError for another width or columns of different lengths
 * @example downsample({ steps, values }, 2000).steps.length // at most 10,000
 */
export function downsample({ steps, values }: Curve, pixels: number): Curve {
  if (!Number.isSafeInteger(pixels) || pixels < 1) {
    throw new RangeError("the width must be a whole number of pixels from 1 on");
  }
  if (steps.length !== values.length) throw new RangeError("steps and values differ in number");
  const rows = steps.length;
  if (rows <= pixels * KEPT) return { steps, values };
  const from = steps[0]!;
  const perPixel = (steps[rows - 1]! - from) / pixels || 1;
  const kept = new Uint32Array(pixels * KEPT);
  let count = 0;
  const marks = new Int32Array(KEPT);
  for (let row = 0; row < rows;) {
    const pixel = Math.min(pixels - 1, Math.floor((steps[row]! - from) / perPixel));
    const end = pixel === pixels - 1 ? Infinity : from + (pixel + 1) * perPixel;
    marks.fill(-1);
    let least = Infinity;
    let greatest = -Infinity;
    // The row that gave the pixel belongs to it, however its border is rounded.
    do {
      const value = values[row]!;
      if (value === value) {
        if (marks[FIRST] === -1) marks[FIRST] = marks[LEAST] = marks[GREATEST] = row;
        marks[LAST] = row;
        if (value < least) [least, marks[LEAST]] = [value, row];
        if (value > greatest) [greatest, marks[GREATEST]] = [value, row];
      } else if (marks[GAP] === -1) marks[GAP] = row;
      row += 1;
    } while (row < rows && steps[row]! < end);
    marks.sort();
    let before = -1;
    for (const mark of marks) {
      if (mark > before) kept[count++] = before = mark;
    }
  }
  const thin = { steps: new Float64Array(count), values: new Float64Array(count) };
  for (let index = 0; index < count; index++) {
    thin.steps[index] = steps[kept[index]!]!;
    thin.values[index] = values[kept[index]!]!;
  }
  return thin;
}
