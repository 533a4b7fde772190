import { describe, expect, test } from "vitest";
import { createSnapshotBudget } from "./budget.js";
import { checkSnapshots, DEFAULT_SNAPSHOTS, NO_SNAPSHOTS } from "./policy.js";

describe("what a session records, at the door", () => {
  test("left out, each part has its default; false is nothing", () => {
    expect(checkSnapshots({})).toEqual(DEFAULT_SNAPSHOTS);
    expect(checkSnapshots(false)).toEqual(NO_SNAPSHOTS);
    const some = checkSnapshots({ every: 50, attention: false, probabilities: { top: 5 } });
    expect(some).toEqual({
      ...DEFAULT_SNAPSHOTS,
      ...{ every: 50, attention: false, probabilities: { top: 5 } },
    });
  });

  test.each([
    [{ evry: 3 }, "OptionUnknown"],
    [{ every: 0 }, "OptionInvalid"],
    [{ sample: "yes" }, "OptionInvalid"],
    [{ probabilities: { top: 0 } }, "OptionInvalid"],
    [{ attention: { widow: 3 } }, "OptionUnknown"],
    [{ attention: 7 }, "OptionInvalid"],
    [{ share: 1.5 }, "OptionInvalid"],
    ["all", "OptionInvalid"],
  ])("%j is refused", (given, code) => {
    expect(() => checkSnapshots(given)).toThrow(expect.objectContaining({ code }));
  });
});

describe("the budget of a run", () => {
  /** Steps of which a snapshot was taken, in a run of so many, and what all of them took. */
  function taken(steps: number, stepMs: number, cost: number): { at: number[]; spent: number } {
    const budget = createSnapshotBudget(0.02);
    const at: number[] = [];
    for (let step = 0; step <= steps; step++) {
      if (step > 0) budget.trained(stepMs);
      if (step % 10 !== 0 || !budget.affords("sample", step / steps)) continue;
      budget.paid("sample", cost);
      at.push(step);
    }
    return { at, spent: cost * at.length };
  }

  test("keeps to its share of what training took, and the snapshots lie evenly", () => {
    const { at, spent } = taken(5000, 20, 30);
    expect(spent).toBeLessThanOrEqual(0.02 * 5000 * 20 + 30);
    expect(spent).toBeGreaterThan(0.018 * 5000 * 20);
    const gaps = at.slice(3).map((step, index) => step - at[index + 2]!);
    expect(Math.max(...gaps)).toBeLessThanOrEqual(Math.min(...gaps) + 10);
  });

  test("of a short run too, which may spend a quarter of a second", () => {
    const { at, spent } = taken(200, 10, 50);
    expect(spent).toBeLessThanOrEqual(250 + 50);
    expect(at.length).toBeGreaterThanOrEqual(5);
    expect(at.at(-1)).toBeGreaterThan(150);
  });

  test("cheap ones are taken whenever they are due", () => {
    expect(taken(1000, 20, 0.5).at).toHaveLength(101);
  });
});
