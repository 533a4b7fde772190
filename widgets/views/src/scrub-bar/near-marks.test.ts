import { expect, test } from "vitest";
import type { WireMark } from "@forkpoint/wire";
import { modelsAt, nearMarks } from "./near-marks.js";

const marks: WireMark[] = [
  { step: 490, kind: "checkpoint", label: "keyframe" },
  { step: 495, kind: "fork", label: "to hot" },
  { step: 500, kind: "model", label: "First words" },
  { step: 900, kind: "event", label: "loss spike" },
];

test("what stands near the pointer is named, the saved model before the keyframe", () => {
  expect(nearMarks(marks, 496, 8)).toEqual([
    "model First words at 500",
    "fork to hot at 495",
    "keyframe at 490",
  ]);
  expect(nearMarks(marks, 700, 8)).toEqual([]);
});

test("very many are counted", () => {
  const many = Array.from({ length: 50 }, (_, step): WireMark => {
    return { step, kind: "checkpoint", label: "keyframe" };
  });
  expect(nearMarks(many, 25, 100).at(-1)).toBe("and 46 more");
});

test("a model's name shows at its very step", () => {
  expect(modelsAt(marks, 500)).toEqual(["First words"]);
  expect(modelsAt(marks, 499)).toEqual([]);
});
