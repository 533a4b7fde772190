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

test("a kind is taken less often, so that all keep to their share of what training took", () => {
  const budget = createSnapshotBudget(0.02);
  let [spent, trained, taken] = [0, 0, 0];
  for (let step = 0; step < 5000; step++) {
    budget.trained(20);
    trained += 20;
    if (step % 10 !== 0 || !budget.affords("sample")) continue;
    budget.paid("sample", 30);
    spent += 30;
    taken++;
  }
  expect(spent).toBeLessThanOrEqual(0.02 * trained);
  expect(spent).toBeGreaterThan(0.018 * trained);
  expect(taken).toBeGreaterThan(50);
});
