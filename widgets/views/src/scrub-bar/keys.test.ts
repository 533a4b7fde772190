import { describe, expect, test } from "vitest";
import { createColumns } from "../timeline/columns.js";
import { appendRows } from "../timeline/columns.js";
import { stepForDrag, stepForKey } from "./keys.js";

const columns = createColumns();
appendRows(columns, {
  step: Float64Array.from({ length: 101 }, (_, row) => row * 10),
  values: new Map(),
});

describe("keys on the ScrubBar", () => {
  test.each([
    ["ArrowLeft", 50, 490],
    ["ArrowRight", 50, 510],
    ["PageDown", 50, 400],
    ["PageUp", 50, 600],
    ["Home", 50, 0],
    ["End", 50, null],
    ["ArrowRight", 99, null],
    ["ArrowLeft", 0, 0],
    ["a", 50, undefined],
  ])("%s at row %i shows %s", (key, row, step) => {
    expect(stepForKey(key, columns, row * 10)).toBe(step);
  });

  test("from Live they go back from the newest step", () => {
    expect(stepForKey("ArrowLeft", columns, null)).toBe(990);
    expect(stepForKey("End", columns, null)).toBeNull();
  });
});

describe("dragging", () => {
  test("shows the nearest recorded step, and snaps to Live at the newest", () => {
    expect(stepForDrag(columns, 503, 1000)).toBe(500);
    expect(stepForDrag(columns, 996, 1000)).toBeNull();
  });
});
