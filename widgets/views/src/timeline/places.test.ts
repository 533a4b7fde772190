import fc from "fast-check";
import { expect, test } from "vitest";
import type { Columns } from "./columns.js";
import { nearestStep, placeCount, placeOf, stepOfPlace } from "./places.js";

function columnsOf(steps: number[], selectedUntil = -1): Columns {
  const step = Float64Array.from([...steps, 0, 0]);
  return { length: steps.length, selectedUntil, step, values: new Map() };
}

const ascending = fc
  .uniqueArray(fc.nat(500), { maxLength: 60 })
  .map((steps) => steps.sort((a, b) => a - b));

test("the nearest recorded step is none but the nearest", () => {
  fc.assert(
    fc.property(ascending, fc.double({ min: -10, max: 520, noNaN: true }), (steps, step) => {
      const nearest = nearestStep(columnsOf(steps), step);
      if (steps.length === 0) {
        expect(nearest).toBeNull();
        return;
      }
      const distances = steps.map((at) => Math.abs(at - step));
      expect(steps).toContain(nearest);
      expect(Math.abs(nearest! - step)).toBe(Math.min(...distances));
    }),
  );
});

test("each step has a place, one after the other, and the place leads back to it", () => {
  fc.assert(
    fc.property(ascending, fc.nat(600), (steps, until) => {
      fc.pre(steps.length > 0);
      const selectedUntil = steps.findLast((step) => step <= until) ?? -1;
      const columns = columnsOf(steps, selectedUntil);
      const all = new Set(steps);
      for (let step = steps[0]!; step <= selectedUntil; step++) all.add(step);
      const there = [...all].sort((a, b) => a - b);
      expect(placeCount(columns)).toBe(there.length);
      there.forEach((step, place) => {
        expect(placeOf(columns, step)).toBe(place);
        expect(stepOfPlace(columns, place)).toBe(step);
      });
    }),
  );
});

test("of a million steps of which some rows are here, every one can be chosen", () => {
  const columns = columnsOf([0, 500_000, 999_990, 999_995, 1_000_000], 999_990);
  expect(nearestStep(columns, 123_456.4)).toBe(123_456);
  expect(nearestStep(columns, 999_993)).toBe(999_995);
  expect(stepOfPlace(columns, placeOf(columns, 999_990) + 1)).toBe(999_995);
});
