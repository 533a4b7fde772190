import { expect, test, vi } from "vitest";
import { newId } from "./ids.js";

test("ids are unique, safe in a path, and sort as they were made, also when the clock goes back", () => {
  const ids = Array.from({ length: 50_000 }, newId);
  vi.useFakeTimers({ now: Date.now() - 3_600_000 });
  try {
    ids.push(...Array.from({ length: 50_000 }, newId));
  } finally {
    vi.useRealTimers();
  }
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids.toSorted()).toEqual(ids);
  for (const id of ids) expect(id).toMatch(/^[a-z0-9]{18}$/);
});
