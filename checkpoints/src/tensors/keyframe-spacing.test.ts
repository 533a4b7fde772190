import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { keyframesToDrop } from "./keyframe-spacing.js";
import type { SpacedKeyframe } from "./keyframe-spacing.js";

const frame = (step: number, more: Partial<SpacedKeyframe> = {}): SpacedKeyframe => ({
  ...{ id: `${step}`, step, bytes: 1, fixed: false, hidden: false },
  ...more,
});
const frames = fc
  .array(
    fc.record({
      ...{ step: fc.nat(60), bytes: fc.nat(5), fixed: fc.boolean(), hidden: fc.boolean() },
    }),
  )
  .map((rows) =>
    rows
      .sort((a, b) => a.step - b.step)
      .map((row, index): SpacedKeyframe => ({ ...row, id: `${index}` })),
  );
const total = (rows: readonly SpacedKeyframe[]): number =>
  rows.reduce((sum, row) => sum + row.bytes, 0);

describe("keyframesToDrop", () => {
  test("drops what the budget asks for and no more, never the first, the newest, what is fixed", () => {
    fc.assert(
      fc.property(
        frames,
        fc.nat(80),
        fc.integer({ min: 1, max: 4 }),
        (rows, budget, keepNewest) => {
          const dropped = keyframesToDrop(rows, { budgetBytes: budget, keepNewest });
          const shown = rows.filter((row) => !row.hidden);
          const kept = new Set([...rows.filter((row) => row.fixed), ...shown.slice(0, 1)]);
          for (const row of shown.slice(-keepNewest)) kept.add(row);
          const left = rows.filter((row) => !dropped.includes(row.id));
          expect(left).toEqual(expect.arrayContaining([...kept]));
          if (left.length > kept.size) expect(total(left)).toBeLessThanOrEqual(budget);
          const oneLess = new Set(dropped.slice(0, -1));
          const before = rows.filter((row) => !oneLess.has(row.id));
          if (dropped.length > 0) expect(total(before)).toBeGreaterThan(budget);
          // What no timeline shows goes before anything else.
          const sizes = dropped.map((id) => rows.find((row) => row.id === id)!.hidden);
          expect(sizes).toEqual(sizes.toSorted((a, b) => Number(b) - Number(a)));
        },
      ),
    );
  });

  test.each([
    { every: 10, steps: 2000, budget: 12 },
    { every: 1, steps: 2000, budget: 30 },
    { every: 5, steps: 20_000, budget: 20 },
    { every: 50, steps: 100_000, budget: 40 },
  ])("leaves gaps in about one proportion to their age: %o", ({ every, steps, budget }) => {
    const keepNewest = 3;
    // The proportion that a geometric series from the newest to the first has.
    const geometric = (steps / (keepNewest * every)) ** (1 / (budget - keepNewest - 1)) - 1;
    let rows: SpacedKeyframe[] = [];
    let widest = 0;
    for (let step = 0; step <= steps; step += every) {
      rows.push(frame(step));
      const dropped = new Set(keyframesToDrop(rows, { budgetBytes: budget, keepNewest }));
      rows = rows.filter((row) => !dropped.has(row.id));
      for (const [index, { step: end }] of rows.slice(0, -keepNewest).entries()) {
        const gap = index === 0 ? 0 : end - rows[index - 1]!.step;
        if (gap > every) widest = Math.max(widest, gap / (step - end));
      }
    }
    expect(rows).toHaveLength(budget);
    expect(widest).toBeLessThan(3 * geometric);
    const last = rows.map((row, index) => row.step - (rows[index - 1]?.step ?? row.step));
    expect(Math.max(...last.slice(0, budget / 2))).toBe(Math.max(...last));
    expect(last.at(-1)).toBe(every);
  });

  test("of two at one step drops the older first", () => {
    const rows = [frame(0), frame(10), frame(20, { id: "older" }), frame(20), frame(30), frame(31)];
    expect(keyframesToDrop(rows, { budgetBytes: 5, keepNewest: 1 })).toEqual(["older"]);
  });
});
