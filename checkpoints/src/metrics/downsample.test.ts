import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { downsample } from "./downsample.js";

const curve = (values: Float64Array, first = 0, gap = 1) => ({
  steps: Float64Array.from(values, (_, index) => first + index * gap),
  values,
});
// As drawn: of each pixel column what is touched.
const drawn = (
  { steps, values }: { steps: Float64Array; values: Float64Array },
  from: number,
  to: number,
  pixels: number,
) => {
  const columns = Array.from({ length: pixels }, () => ({ least: Infinity, greatest: -Infinity }));
  const perPixel = (to - from) / pixels || 1;
  for (const [row, step] of steps.entries()) {
    const column = columns[Math.min(pixels - 1, Math.floor((step - from) / perPixel))]!;
    if (values[row]! < column.least) column.least = values[row]!;
    if (values[row]! > column.greatest) column.greatest = values[row]!;
  }
  return columns;
};

describe("downsample", () => {
  test("touches in every pixel column what the whole curve touches", () => {
    const value = fc.oneof(fc.double({ noNaN: true }), fc.constant(Number.NaN), fc.nat(3));
    const curves = fc.tuple(fc.array(value, { minLength: 1, maxLength: 400 }), fc.nat(1000));
    fc.assert(
      fc.property(curves, fc.integer({ min: 1, max: 60 }), ([values, first], pixels) => {
        const whole = curve(Float64Array.from(values), first, 3);
        const thin = downsample(whole, pixels);
        expect(thin.steps.length).toBeLessThanOrEqual(Math.max(5 * pixels, 0));
        const [from, to] = [whole.steps[0]!, whole.steps.at(-1)!];
        expect(drawn(thin, from, to, pixels)).toEqual(drawn(whole, from, to, pixels));
        // Only points of the curve, in its order.
        const at = Array.from(thin.steps, (step) => (step - first) / 3);
        expect(Array.from(thin.values)).toEqual(at.map((row) => whole.values[row]));
        expect([...at].sort((a, b) => a - b)).toEqual(at);
      }),
    );
  });

  test("keeps every spike of one sample, and that NaN was there, in a million rows", () => {
    const values = Float64Array.from({ length: 1_000_000 }, (_, row) => Math.sin(row / 1e5));
    const spikes = Array.from({ length: 997 }, (_, index) => 1003 * index + 5);
    for (const [index, row] of spikes.entries()) values[row] = index % 2 === 0 ? 50 : -50;
    values[123_456] = Number.NaN;
    const thin = downsample(curve(values), 2000);
    expect(thin.steps.length).toBeLessThanOrEqual(10_000);
    const kept = new Set(thin.steps);
    expect(spikes.filter((row) => !kept.has(row))).toEqual([]);
    expect(kept.has(123_456)).toBe(true);
  });

  test("refuses a width that is none and columns that do not fit", () => {
    const whole = curve(new Float64Array(10));
    for (const pixels of [0, -1, 1.5, Number.NaN]) {
      expect(() => downsample(whole, pixels)).toThrow(RangeError);
    }
    expect(() => downsample({ ...whole, steps: new Float64Array(9) }, 5)).toThrow(RangeError);
  });
});
