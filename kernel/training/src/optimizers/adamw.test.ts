import { describe, expect, test } from "vitest";
import { adamW, learningRateAt } from "./adamw.js";

describe("learningRateAt", () => {
  const rates = (optimizer: ReturnType<typeof adamW>, steps: number[]): number[] =>
    steps.map((step) => learningRateAt(optimizer, step));

  test("without a schedule it is the same at every step", () => {
    expect(rates(adamW({ learningRate: 3e-4 }), [1, 500, 10_000])).toEqual([3e-4, 3e-4, 3e-4]);
  });

  test("warm-up rises in a straight line and then stays", () => {
    const optimizer = adamW({ learningRate: 1, warmupSteps: 10 });
    expect(rates(optimizer, [1, 5, 10, 11])).toEqual([0.1, 0.5, 1, 1]);
  });

  test("the cosine falls from the peak through the middle to the least, and stays there", () => {
    const optimizer = adamW({
      ...{ learningRate: 1, schedule: "cosine" as const, warmupSteps: 100, decaySteps: 300 },
      minLearningRate: 0.2,
    });
    const found = rates(optimizer, [50, 100, 200, 300, 5000]);
    [0.5, 1, 0.6, 0.2, 0.2].forEach((rate, at) => expect(found[at]).toBeCloseTo(rate, 12));
  });

  test("the least is a tenth of the peak unless it is given", () => {
    const optimizer = adamW({ learningRate: 1, schedule: "cosine", decaySteps: 10 });
    expect(learningRateAt(optimizer, 10)).toBeCloseTo(0.1, 12);
  });
});

describe("adamW", () => {
  test.each([
    [{ schedule: "linear" }, "schedule"],
    [{ schedule: "cosine" }, "decaySteps"],
    [{ schedule: "cosine", warmupSteps: 10, decaySteps: 10 }, "decaySteps"],
    [{ schedule: "cosine", decaySteps: 10, minLearningRate: 1 }, "minLearningRate"],
    [{ warmupSteps: -1 }, "warmupSteps"],
    [{ learningRate: 0 }, "learningRate"],
  ])("refuses %j naming %s", (options, option) => {
    expect(() => adamW(options as never)).toThrow(
      expect.objectContaining({ code: "OptionInvalid", data: expect.objectContaining({ option }) }),
    );
  });

  test("a description without a schedule carries nothing of one", () => {
    expect(Object.keys(adamW())).not.toContain("schedule");
  });
});
