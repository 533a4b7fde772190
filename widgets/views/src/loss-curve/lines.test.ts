import { expect, test } from "vitest";
import { brokenAt } from "../timeline/gaps.js";
import { bandPath, linePath } from "./lines.js";

const place = { x: (step: number) => step, y: (value: number) => 10 - value };
const gaps = [{ after: 2, before: 5 }];

test("a line is one path, broken where nothing was recorded", () => {
  const points = [0, 1, 2, 5, 6].map((step) => ({ step, value: step }));
  expect(linePath(brokenAt(points, gaps), place)).toBe("M0 10L1 9L2 8M5 5L6 4");
  expect(linePath([], place)).toBe("");
});

test("a band goes along its upper edge and back along its lower, a piece for each side of a gap", () => {
  const bands = [1, 2, 5].map((step) => ({ step, low: 0, high: step, middle: 1 }));
  expect(bandPath(brokenAt(bands, gaps), place)).toBe("M1 9L2 8L2 10L1 10ZM5 5L5 10Z");
});
