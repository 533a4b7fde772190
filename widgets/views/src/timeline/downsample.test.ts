import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Columns } from "./columns.js";
import { bandOf, downsample, extent } from "./downsample.js";

function columnsOf(steps: number[], losses: number[]): Columns {
  return {
    length: steps.length,
    selectedUntil: -1,
    step: Float64Array.from(steps),
    values: new Map([["loss", Float64Array.from(losses)]]),
  };
}

const curve = fc
  .array(
    fc.record({
      gap: fc.integer({ min: 1, max: 20 }),
      loss: fc.oneof(
        { weight: 9, arbitrary: fc.double({ min: -10, max: 10, noNaN: true }) },
        { weight: 1, arbitrary: fc.constant(NaN) },
      ),
    }),
    { minLength: 1, maxLength: 400 },
  )
  .map((rows) => {
    let step = 0;
    const steps = rows.map(({ gap }) => (step += gap));
    return { steps, losses: rows.map(({ loss }) => loss) };
  });

describe("downsampling", () => {
  test("gives recorded points only, in order of steps and within the range asked for", () => {
    fc.assert(
      fc.property(curve, fc.nat(4000), fc.nat(4000), ({ steps, losses }, one, other) => {
        const [from, to] = [Math.min(one, other), Math.max(one, other)];
        const recorded = new Map(steps.map((step, row) => [step, losses[row]]));
        let last = -1;
        for (const { step, value } of downsample(columnsOf(steps, losses), "loss", from, to, 50)) {
          expect(recorded.get(step)).toBe(value);
          expect(step).toBeGreaterThan(last);
          expect(step).toBeGreaterThanOrEqual(from);
          expect(step).toBeLessThanOrEqual(to);
          last = step;
        }
      }),
    );
  });

  test("shows each of 20 one-sample spikes in a million steps", () => {
    const count = 1_000_000;
    const losses = new Float64Array(count).fill(1);
    const spikes = Array.from({ length: 20 }, (_, index) => 1017 + index * 49_999);
    for (const at of spikes) losses[at] = 9;
    const step = Float64Array.from({ length: count }, (_, at) => at);
    const columns: Columns = {
      length: count,
      selectedUntil: -1,
      step,
      values: new Map([["loss", losses]]),
    };
    const points = downsample(columns, "loss", 0, count - 1, 640);
    expect(points.filter(({ value }) => value === 9).map((point) => point.step)).toEqual(spikes);
    expect(points.length).toBeLessThanOrEqual(4 * 640);
  });

  test("of a column that is not there is empty", () => {
    expect(downsample(columnsOf([0, 1], [1, 2]), "other", 0, 1, 100)).toEqual([]);
  });
});

describe("the range of values", () => {
  test("holds every point with room on both sides, also where all are equal", () => {
    fc.assert(
      fc.property(curve, ({ steps, losses }) => {
        const points = steps
          .map((step, row) => ({ step, value: losses[row]! }))
          .filter(({ value }) => !Number.isNaN(value));
        const [low, high] = extent(points, 0.05);
        expect(low).toBeLessThan(high);
        for (const { value } of points) {
          expect(value).toBeGreaterThanOrEqual(low);
          expect(value).toBeLessThanOrEqual(high);
        }
      }),
    );
  });
});

describe("a band", () => {
  const count = 100_000;
  const losses = Float64Array.from({ length: count }, (_, row) => 2 + Math.sin(row * 1.7));
  const spikes = [3, 50_000, 99_999];
  for (const at of spikes) losses[at] = 50;
  const step = Float64Array.from({ length: count }, (_, at) => at);
  const columns: Columns = { length: count, selectedUntil: -1, step, values: new Map() };

  test("spans all values of each pixel, spikes of one step among them", () => {
    const bands = bandOf(columns, losses, 0, count - 1, 500);
    expect(bands).toHaveLength(500);
    const high = bands
      .filter((band) => band.high === 50)
      .map((band) => Math.floor(band.step / 200));
    expect(high).toEqual([0, 250, 499]);
    for (const { low, high: top, middle } of bands) {
      expect(low).toBeLessThanOrEqual(middle);
      expect(top).toBeGreaterThanOrEqual(middle);
    }
  });

  test("shows no middle of the extremes that a selection is rich in", () => {
    const few: Columns = { ...columns, length: 4, selectedUntil: 3, step: step.subarray(0, 4) };
    const [band] = bandOf(few, Float64Array.of(2, 90, 1, 2), 0, 4, 1);
    expect(band).toMatchObject({ low: 1, high: 90, middle: 2 });
  });
});
