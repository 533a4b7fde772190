import { expect, test } from "vitest";
import { checkKeyframes, createKeyframeClock } from "./keyframes.js";
import type { KeyframeOptions } from "./keyframes.js";

/** The steps at which keyframes fall, when a step and a keyframe take so many milliseconds. */
function keyframeSteps(stepMs: number, costMs: number, options: KeyframeOptions = {}): number[] {
  const clock = createKeyframeClock(checkKeyframes(options), 0, 0);
  const found: number[] = [];
  let now = 0;
  for (let step = 1; step <= 2000; step++) {
    now += stepMs;
    clock.stepped(stepMs);
    if (!clock.due(step, now)) continue;
    found.push(step);
    clock.copied(step, now);
    clock.stored(costMs / 10, 0.9 * costMs);
  }
  return found;
}

const gap = (steps: number[]): number => steps.at(-1)! - steps.at(-2)!;

test("the worked example: 2,000 steps take less than 40 states, and about 1 % of its time", () => {
  const steps = keyframeSteps(28, 14);
  expect(steps.length).toBeLessThan(38);
  expect(gap(steps)).toBe(55);
  expect(14 / (gap(steps) * 28)).toBeLessThan(0.01);
});

test("quick steps: as many as the share allows, and the way to any step stays short", () => {
  expect(gap(keyframeSteps(2, 4))).toBe(200);
  expect(gap(keyframeSteps(2, 8, { share: 0.1 }))).toBe(55);
  expect(gap(keyframeSteps(10, 100))).toBe(230);
});

test("slow steps: no more is lost by a kill than was asked for", () => {
  expect(gap(keyframeSteps(1000, 300))).toBe(10);
  expect(gap(keyframeSteps(1000, 300, { seconds: 60 }))).toBe(55);
});
