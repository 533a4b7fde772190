import { describe, expect, test } from "vitest";
import type { Columns } from "./columns.js";
import { smoothed, SMOOTHINGS, smoothingSteps } from "./smooth.js";

function columnsOf(step: number[], loss: number[]): Columns {
  const values = new Map([["loss", Float64Array.from(loss)]]);
  return { length: step.length, selectedUntil: -1, step: Float64Array.from(step), values };
}

describe("smoothing", () => {
  test("is without bias: it begins at the first value, and a level curve stays level", () => {
    const even = smoothed(columnsOf([0, 1, 2, 9], [3, 3, 3, 3]), "loss", 50);
    expect([...even].map((value) => value.toFixed(9))).toEqual(Array(4).fill("3.000000000"));
  });

  test("comes up to a rise as an exponential does", () => {
    const steps = Array.from({ length: 400 }, (_, row) => row);
    const even = smoothed(
      columnsOf(
        steps,
        steps.map((step) => (step < 300 ? 0 : 1)),
      ),
      "loss",
      20,
    );
    expect(even[299]).toBe(0);
    expect(even[319]).toBeCloseTo(1 - Math.exp(-1), 2);
  });

  test("values that are missing or not finite are passed over", () => {
    const even = smoothed(columnsOf([0, 1, 2, 3], [1, NaN, Infinity, 1]), "loss", 5);
    expect([...even]).toEqual([1, NaN, NaN, 1]);
  });

  test("goes from none to coarse by the share of the steps shown", () => {
    expect(smoothingSteps(0, 1e6)).toBe(0);
    expect(smoothingSteps(1, 1e6)).toBe(500);
    expect(smoothingSteps(SMOOTHINGS, 1e6)).toBe(125_000);
    expect(smoothingSteps(1, 10)).toBe(2);
  });
});
