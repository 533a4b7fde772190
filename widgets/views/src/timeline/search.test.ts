import fc from "fast-check";
import { expect, test } from "vitest";
import type { Columns } from "./columns.js";
import {
  firstAtOrAfter,
  lastAtOrBefore,
  lastItemAtOrBefore,
  nearestItem,
  valueAfter,
  valueAt,
} from "./search.js";

function columnsOf(steps: number[], values: Record<string, number[]> = {}): Columns {
  const room = (numbers: number[]): Float64Array => Float64Array.from([...numbers, 0, 0]);
  return {
    length: steps.length,
    selectedUntil: -1,
    step: room(steps),
    values: new Map(Object.entries(values).map(([name, column]) => [name, room(column)])),
  };
}

const ascending = fc
  .uniqueArray(fc.nat(500), { maxLength: 60 })
  .map((steps) => steps.sort((a, b) => a - b));

test("rows and items are found as by looking at every one", () => {
  fc.assert(
    fc.property(ascending, fc.nat(520), (steps, step) => {
      const columns = columnsOf(steps);
      const after = steps.findIndex((at) => at >= step);
      expect(firstAtOrAfter(columns, step)).toBe(after < 0 ? steps.length : after);
      expect(lastAtOrBefore(columns, step)).toBe(steps.findLastIndex((at) => at <= step));
      const items = steps.map((at) => ({ step: at }));
      expect(lastItemAtOrBefore(items, step)).toBe(steps.findLastIndex((at) => at <= step));
    }),
  );
});

test("a value that is recorded now and then is the one at or before a step", () => {
  const columns = columnsOf([0, 1, 2, 3, 4], { validation_loss: [4, NaN, 2, NaN, NaN] });
  expect(valueAt(columns, "validation_loss", 1)).toEqual({ step: 0, value: 4 });
  expect(valueAt(columns, "validation_loss", 2)).toEqual({ step: 2, value: 2 });
  expect(valueAt(columns, "validation_loss", 99)).toEqual({ step: 2, value: 2 });
  expect(valueAt(columns, "learning_rate", 2)).toBeNull();
  expect(valueAfter(columns, "validation_loss", 1)).toEqual({ step: 2, value: 2 });
  expect(valueAfter(columns, "validation_loss", 3)).toBeNull();
  expect(valueAt(columnsOf([5], { validation_loss: [1] }), "validation_loss", 4)).toBeNull();
});

test("the nearest item, the earlier of two as near, and the ends", () => {
  const items = [0, 100, 200].map((step) => ({ step }));
  const found = [-5, 0, 49, 50, 51, 199, Infinity].map((step) => nearestItem(items, step));
  expect(found).toEqual([0, 0, 0, 0, 1, 2, 2]);
  expect(nearestItem([], 3)).toBe(-1);
});
