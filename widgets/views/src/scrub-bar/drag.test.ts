import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fractionOf, stepAt } from "../timeline/axis.js";
import type { Columns } from "../timeline/columns.js";
import { stepForDrag } from "./keys.js";

function columnsOf(steps: number[]): Columns {
  const step = Float64Array.from(steps);
  return { length: steps.length, selectedUntil: -1, step, values: new Map() };
}

describe("a drag", () => {
  const steps = fc
    .uniqueArray(fc.nat(10_000), { minLength: 2, maxLength: 80 })
    .map((all) => all.sort((a, b) => a - b));

  test("shows recorded steps only, and Live at the newest", () => {
    fc.assert(
      fc.property(steps, fc.double({ min: -0.5, max: 1.5, noNaN: true }), (recorded, fraction) => {
        const columns = columnsOf(recorded);
        const axis = { from: recorded[0]!, to: recorded.at(-1)! };
        const shown = stepForDrag(columns, stepAt(axis, fraction), axis.to);
        if (shown !== null) expect(recorded.slice(0, -1)).toContain(shown);
        if (fraction >= 1) expect(shown).toBeNull();
        if (fraction <= 0) expect(shown).toBe(axis.from);
      }),
    );
  });

  test("to where a step is drawn shows that step", () => {
    fc.assert(
      fc.property(steps, fc.nat(), (recorded, pick) => {
        const axis = { from: recorded[0]!, to: recorded.at(-1)! };
        const step = recorded[pick % (recorded.length - 1)]!;
        const shown = stepForDrag(
          columnsOf(recorded),
          stepAt(axis, fractionOf(axis, step)),
          axis.to,
        );
        expect(shown).toBe(step);
      }),
    );
  });

  test("begun before new steps came ends in Live at the newest there was", () => {
    expect(stepForDrag(columnsOf([0, 1, 2, 3, 4]), 2, 2)).toBeNull();
  });
});
