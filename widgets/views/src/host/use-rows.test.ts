import fc from "fast-check";
import { expect, test } from "vitest";
import { rowsSeen } from "./use-rows.js";

test("every row that is seen is drawn, and never many more, wherever the list is scrolled to", () => {
  const cases = fc.tuple(
    fc.integer({ min: 1, max: 100_000 }),
    fc.integer({ min: 10, max: 60 }),
    fc.double({ min: 0, max: 1, noNaN: true }),
    fc.integer({ min: 20, max: 2000 }),
  );
  fc.assert(
    fc.property(cases, ([count, rowHeight, part, height]) => {
      const top = part * Math.max(0, count * rowHeight - height);
      const { first, last } = rowsSeen(count, rowHeight, top, height);
      const firstSeen = Math.floor(top / rowHeight);
      const lastSeen = Math.min(count - 1, Math.floor((top + height - 1) / rowHeight));
      expect(first).toBeLessThanOrEqual(firstSeen);
      expect(last).toBeGreaterThanOrEqual(lastSeen);
      expect([first >= 0, last < count]).toEqual([true, true]);
      expect(last - first).toBeLessThan(height / rowHeight + 20);
    }),
  );
  expect(rowsSeen(0, 20, 0, 300).last).toBe(-1);
});
