import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { appendRows, createColumns, type Columns } from "../timeline/columns.js";
import { overlay } from "./curves.js";
import { roundTicks } from "./ticks.js";

function columns(losses: number[]): Columns {
  const all = createColumns();
  const step = Float64Array.from(losses, (_, at) => at);
  appendRows(all, { step, values: new Map([["train_loss", Float64Array.from(losses)]]) });
  return all;
}

describe("two curves on one plot", () => {
  const one = columns([5, 4, 3, 2.5, 2.4]);
  const other = columns([5, 4, 3, 2, 1, 0.5]);

  test("shared steps are drawn once, and both go on from the last of them", () => {
    const { train, from, to } = overlay(one, other, 2, 400)!;
    expect(train.shared.map(({ step }) => step)).toEqual([0, 1, 2]);
    expect(train.one.map(({ step }) => step)).toEqual([2, 3, 4]);
    expect(train.other.map(({ value }) => value)).toEqual([3, 2, 1, 0.5]);
    expect([from, to]).toEqual([0, 5]);
  });

  test("strangers share nothing; a session without steps leaves the other whole", () => {
    expect(overlay(one, other, null, 400)!.train.shared).toEqual([]);
    expect(overlay(one, other, null, 400)!.train.one).toHaveLength(5);
    expect(overlay(createColumns(), other, null, 400)!.train.other).toHaveLength(6);
    expect(overlay(createColumns(), createColumns(), null, 400)).toBeNull();
  });

  test("a spike of one step shows, however many steps there are", () => {
    const long = columns(Array.from({ length: 50_000 }, (_, at) => (at === 31_234 ? 99 : 1)));
    const { train, high } = overlay(long, other, 5, 300)!;
    expect(train.one.filter(({ value }) => value === 99)).toHaveLength(1);
    expect(high).toBeGreaterThan(99);
    expect(train.one.length).toBeLessThan(300 * 4);
  });
});

test("ticks are round, within the values, ascending, and about as many as asked for", () => {
  expect(roundTicks(0.2, 2.3, 4)).toEqual([1, 2]);
  expect(roundTicks(0, 0.9, 3)).toEqual([0, 0.5]);
  const values = fc.tuple(
    fc.double({ min: -1e6, max: 1e6, noNaN: true }),
    fc.double({ min: 1e-3, max: 1e6, noNaN: true }),
  );
  fc.assert(
    fc.property(values, fc.integer({ min: 2, max: 10 }), ([low, room], count) => {
      const ticks = roundTicks(low, low + room, count);
      expect(ticks.length).toBeLessThanOrEqual(count + 1);
      expect(ticks).toEqual(ticks.toSorted((a, b) => a - b));
      const slack = room * 1e-6;
      for (const tick of ticks)
        expect(tick >= low - slack && tick <= low + room + slack).toBe(true);
    }),
  );
});
