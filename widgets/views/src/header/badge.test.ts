import { expect, test } from "vitest";
import { badgeLines } from "./badge.js";

const one = { session_id: "abcd1234-5678", name: "hot", status: "running" as const };

test("a line for each session that trains, and a count of those that do not fit", () => {
  expect(badgeLines([one, { ...one, session_id: "short", status: "paused" }])).toEqual([
    "abcd1234 (running)",
    "short (paused)",
  ]);
  expect(badgeLines(Array(23).fill(one))).toHaveLength(21);
  expect(badgeLines(Array(23).fill(one)).at(-1)).toBe("and 3 more");
});
