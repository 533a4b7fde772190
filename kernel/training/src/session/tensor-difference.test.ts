import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { tensorDifference } from "./tensor-difference.js";

const pair = fc
  .tuple(fc.integer({ min: 1, max: 70 }), fc.integer({ min: 1, max: 70 }))
  .chain(([rows, columns]) => {
    const values = fc.float32Array({
      ...{ minLength: rows * columns, maxLength: rows * columns, min: -8, max: 8, noNaN: true },
    });
    return fc.record({ shape: fc.constant([rows, columns]), one: values, other: values });
  });

describe("the difference of two tensors", () => {
  test("a single changed value shows in its block and nowhere else", () => {
    const one = new Float32Array(64 * 96);
    const other = one.slice();
    other[10 * 96 + 50] = 6;
    const { heatmap, largest, relative } = tensorDifference("w", [64, 96], one, other);
    expect([heatmap.rows, heatmap.columns]).toEqual([32, 32]);
    const hot = [...heatmap.values].flatMap((value, at) => (value > 0 ? [[at, value]] : []));
    expect(hot).toEqual([[5 * 32 + 16, 6 / (2 * 3)]]);
    expect([largest, relative]).toEqual([6, 1]);
  });

  test("small tensors, vectors and single numbers keep a block for each value", () => {
    const { heatmap } = tensorDifference(
      "b",
      [3],
      Float32Array.of(1, 2, 3),
      Float32Array.of(1, 4, 0),
    );
    expect(heatmap).toEqual({ rows: 1, columns: 3, values: Float32Array.of(0, 2, 3) });
    expect(tensorDifference("s", [], [2], [1]).relative).toBe(0.5);
    expect(tensorDifference("none", [0, 4], [], []).relative).toBe(0);
  });

  test("is symmetric, zero for equals, and its blocks' means make up the whole", () => {
    fc.assert(
      fc.property(pair, ({ shape, one, other }) => {
        const there = tensorDifference("w", shape, one, other);
        const back = tensorDifference("w", shape, other, one);
        expect(there).toEqual(back);
        expect(there.relative).toBeLessThanOrEqual(2);
        expect(tensorDifference("w", shape, one, one)).toMatchObject({ relative: 0, largest: 0 });
        const peak = there.heatmap.values.reduce((most, value) => Math.max(most, value), 0);
        expect(peak).toBeLessThanOrEqual(there.largest * (1 + 1e-6));
        expect(peak > 0).toBe(there.largest > 0);
      }),
      { numRuns: 40 },
    );
  });
});
