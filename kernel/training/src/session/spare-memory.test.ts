import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createSpareMemory } from "./spare-memory.js";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test("what was given is taken again, by one, in its size, for half a minute", () => {
  const memory = createSpareMemory();
  const first = memory.take(4096);
  expect(first.byteLength).toBe(4096);
  memory.give(first);
  expect(memory.take(4096)).toBe(first);
  expect(memory.take(4096)).not.toBe(first);
  memory.give(first);
  expect(memory.take(8192).byteLength).toBe(8192);
  expect(memory.take(4096)).not.toBe(first);
  memory.give(first);
  memory.give(new ArrayBuffer(4096));
  vi.advanceTimersByTime(29_000);
  expect(memory.take(4096)).toBe(first);
  memory.give(first);
  vi.advanceTimersByTime(31_000);
  expect(memory.take(4096)).not.toBe(first);
});
