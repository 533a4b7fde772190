import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { stateMemory } from "../tensors/state-memory.js";
import { storeAddon } from "./store-addon.js";

const addon = storeAddon();
const PAGE = 2 << 20;

// Of each mapping of this process that the system was asked to back by large pages, how long it is.
function wished(): number[] {
  const mappings = readFileSync("/proc/self/smaps", "utf8").split(/\n(?=[0-9a-f]+-[0-9a-f]+ )/);
  return mappings
    .filter((mapping) => /^VmFlags:.* hg( |$)/m.test(mapping))
    .map((mapping) => Number(/^Size: +(\d+)/m.exec(mapping)![1]) * 1024);
}

describe.skipIf(!addon || !existsSync("/sys/kernel/mm/transparent_hugepage"))("large pages", () => {
  test("are asked for under the whole ones of a memory, and it is told where they begin", () => {
    const before = wished().reduce((sum, bytes) => sum + bytes, 0);
    const memory = new Uint8Array(Buffer.allocUnsafeSlow(4 * PAGE).buffer);
    const begin = addon!.preferLargePages(memory);
    expect(begin).toBeLessThan(PAGE);
    const after = wished().reduce((sum, bytes) => sum + bytes, 0);
    expect(after - before).toBe(Math.floor((memory.byteLength - begin) / PAGE) * PAGE);
    memory.fill(7);
    expect(memory.every((byte) => byte === 7)).toBe(true);
  });

  test("are asked for under the memory of a state", () => {
    const before = wished().reduce((sum, bytes) => sum + bytes, 0);
    const memory = stateMemory(8 * PAGE);
    const after = wished().reduce((sum, bytes) => sum + bytes, 0);
    expect(after - before).toBeGreaterThanOrEqual(7 * PAGE);
    expect(new Uint8Array(memory).every((byte) => byte === 0)).toBe(true);
  });

  test("are not there in less memory than one takes", () => {
    expect(addon!.preferLargePages(new Uint8Array(4096))).toBe(0);
    expect(() => addon!.preferLargePages([] as unknown as Uint8Array)).toThrow(
      new TypeError("a Uint8Array is wanted"),
    );
  });
});
