import { createHash, hash } from "node:crypto";
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from "node:fs";
import { execFileSync } from "node:child_process";
import { constants, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { digestTexts } from "./digests.js";
import { hashAddon } from "../addon/store-addon.js";
import { hashAhead } from "./hash-ahead.js";

const folder = mkdtempSync(join(tmpdir(), "forkpoint-hashing-"));
afterAll(() => rmSync(folder, { recursive: true }));
const addon = hashAddon();

const nodes = (contents: readonly Uint8Array[]): string[] =>
  contents.map((content) => hash("sha256", content, "hex"));

// Lengths around whole blocks, where the padding takes one more.
const length = fc.oneof(
  fc.integer({ min: 0, max: 300 }),
  fc.integer({ min: 0, max: 8 }).map((blocks) => 64 * blocks),
  fc.integer({ min: 0, max: 70_000 }),
);
const content = fc.record({ length, seed: fc.nat(255), shared: fc.boolean(), offset: fc.nat(9) });
const contents = fc.array(
  content.map(({ length, seed, shared, offset }) => {
    const memory = shared
      ? new SharedArrayBuffer(offset + length)
      : new ArrayBuffer(offset + length);
    const bytes = new Uint8Array(memory, offset, length);
    for (let at = 0; at < length; at++) bytes[at] = seed + at * at;
    return bytes;
  }),
  { maxLength: 9 },
);

describe.skipIf(!addon)("hashing several at once gives Node's digests", () => {
  test("in one thread and in several", async () => {
    await fc.assert(
      fc.asyncProperty(contents, fc.integer({ min: 1, max: 3 }), async (given, threads) => {
        const wanted = nodes(given);
        expect(digestTexts(await addon!.begin(given, threads))).toEqual(wanted);
      }),
      { numRuns: 200 },
    );
  });

  test("while they are read from files", () => {
    const file = join(folder, "packs");
    const bytes = Uint8Array.from({ length: 900_000 }, (_, at) => at ^ (at >> 8));
    writeFileSync(file, bytes);
    const fd = openSync(file, "r");
    const place = fc.record({ offset: fc.nat(900_000), wanted: fc.nat(600_000) });
    fc.assert(
      fc.property(fc.array(place, { maxLength: 7 }), (places) => {
        const arrays = places.map(({ wanted }) => new Uint8Array(wanted));
        const offsets = places.map(({ offset }) => offset);
        const { digests, faults } = addon!.read(
          arrays,
          arrays.map(() => fd),
          offsets,
        );
        const texts = digestTexts(digests);
        for (const [at, { offset, wanted }] of places.entries()) {
          const there = bytes.subarray(offset, offset + wanted);
          const short = there.length < wanted;
          expect(faults[at]).toBe(short ? -1 : 0);
          if (!short) expect(texts[at]).toBe(hash("sha256", there, "hex"));
          if (!short) expect(Buffer.compare(arrays[at]!, there)).toBe(0);
        }
      }),
      { numRuns: 60 },
    );
    closeSync(fd);
  });

  test("what cannot be read is a fault of its own, beside others", () => {
    const file = join(folder, "whole");
    writeFileSync(file, "abc");
    const [fd, directory] = [openSync(file, "r"), openSync(folder, "r")];
    const arrays = [new Uint8Array(3), new Uint8Array(3)];
    const { digests, faults } = addon!.read(arrays, [directory, fd], [0, 0]);
    expect(faults).toEqual([constants.errno.EISDIR, 0]);
    expect(digestTexts(digests)[1]).toBe(createHash("sha256").update("abc").digest("hex"));
    closeSync(fd);
    closeSync(directory);
  });

  test("refuses what are no arrays, no files, no threads", () => {
    const bytes = new Uint8Array(4);
    const anything = addon as unknown as Record<string, (...given: unknown[]) => unknown>;
    for (const [name, ...given] of [
      ["begin", 4, 1],
      ["begin", [new Float32Array(2)], 1],
      ["begin"],
      ["begin", [bytes]],
      ["begin", [bytes], 0],
      ["read", [bytes], [-1], [0]],
      ["read", [bytes], [1], [-5]],
      ["read", [bytes], [], []],
    ] as const) {
      expect(() => anything[name]!(...given), name).toThrow(TypeError);
    }
  });
});

test.each([1, 2] as const)("ahead with %i threads, in any order", async (threads) => {
  const arbitrary = fc.array(fc.uint8Array({ maxLength: 400 }), { maxLength: 40 });
  await fc.assert(
    fc.asyncProperty(arbitrary, fc.boolean(), async (given, backwards) => {
      const hashes = hashAhead(given, threads);
      const order = [...given.keys()];
      if (backwards) order.reverse();
      const found: string[] = [];
      for (const at of order) found[at] = await hashes.digest(at);
      await hashes.end();
      expect(found).toEqual(nodes(given));
    }),
    { numRuns: 50 },
  );
});

test("without the addon a store saves and restores the same", () => {
  const child = fileURLToPath(new URL("../../dist/testing/memory-child.js", import.meta.url));
  const store = mkdtempSync(join(folder, "store-"));
  const run = (act: string, cache: string | undefined): string =>
    execFileSync(process.execPath, [child, store, act, "9"], {
      ...{ encoding: "utf8", env: { ...process.env, XDG_CACHE_HOME: cache ?? "" } },
    });
  run("save", join(folder, "no-cache"));
  // Whatever is there here; a digest that differed would be said to be damage.
  expect(JSON.parse(run("restore", process.env["XDG_CACHE_HOME"]))).toMatchObject({ megabytes: 9 });
  expect(JSON.parse(run("restore", join(folder, "no-cache")))).toMatchObject({ megabytes: 9 });
});
