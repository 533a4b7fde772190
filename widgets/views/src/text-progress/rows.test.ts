import { expect, test } from "vitest";
import { rowsInSight, scrollTo } from "./rows.js";

test("of 20,000 rows those in sight are drawn, wherever the list stands", () => {
  for (const top of [0, 13, 5000, 20_000 * 26 - 130, 20_000 * 26 + 500]) {
    const { from, to } = rowsInSight(20_000, 26, top, 130);
    expect(to - from).toBeLessThan(25);
    expect(from).toBeGreaterThanOrEqual(0);
    expect(to).toBeLessThanOrEqual(20_000);
    const first = Math.min(Math.floor(top / 26), 20_000 - 5);
    expect(from).toBeLessThanOrEqual(first);
    expect(to).toBeGreaterThanOrEqual(Math.min(20_000, first + 5));
  }
  expect(rowsInSight(2, 26, 0, 130)).toEqual({ from: 0, to: 2 });
});

test("a row is scrolled to the middle, the first and last as far as the list goes", () => {
  expect(scrollTo(10, 100, 26, 130)).toBe(208);
  expect(scrollTo(0, 100, 26, 130)).toBe(0);
  expect(scrollTo(99, 100, 26, 130)).toBe(100 * 26 - 130);
  expect(scrollTo(1, 2, 26, 130)).toBe(0);
});
