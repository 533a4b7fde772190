import { expect, test } from "vitest";
import type { WireStretch } from "@forkpoint/wire";
import { brokenAt, gapsOf, inheritedUntil } from "./gaps.js";

const stretch = (from: number, to: number, inherited = false): WireStretch => {
  return { run_id: `r${from}`, status: "completed", from, to, inherited };
};
const stretches = [stretch(0, 400, true), stretch(401, 700), stretch(801, 900)];

test("a gap is where steps are missing, not where one run follows another", () => {
  expect(gapsOf(stretches)).toEqual([{ after: 700, before: 801 }]);
  expect(gapsOf([])).toEqual([]);
});

test("a line is broken at a gap and nowhere else, also where points are far apart", () => {
  const at = (...steps: number[]) => steps.map((step) => ({ step, value: 1 }));
  const steps = (points: ReturnType<typeof brokenAt<{ step: number; value: number }>>) =>
    points.map(({ step, value }) => (value === null ? null : step));
  const gaps = gapsOf(stretches);
  expect(steps(brokenAt(at(600, 700, 801, 802), gaps))).toEqual([600, 700, null, 801, 802]);
  expect(steps(brokenAt(at(0, 100, 600, 900), gaps))).toEqual([0, 100, 600, null, 900]);
  expect(steps(brokenAt(at(801, 802), gaps))).toEqual([801, 802]);
  const two = [
    { after: 10, before: 20 },
    { after: 30, before: 40 },
  ];
  expect(steps(brokenAt(at(5, 25, 45), two))).toEqual([5, null, 25, null, 45]);
});

test("the inherited part ends where the session's own begins", () => {
  expect(inheritedUntil(stretches)).toBe(400);
  expect(inheritedUntil([stretch(0, 9)])).toBeNull();
});
