import { execFileSync } from "node:child_process";
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import BetterSqlite3 from "better-sqlite3";
import { describe, expect, test } from "vitest";
import { packFile } from "../folder/layout.js";
import { newId } from "../ids.js";
import { checkpointInput } from "../testing/fixtures.js";
import { storeForTests } from "../testing/store-for-tests.js";
import type { TensorSlice } from "./pack.js";

const CHILD = fileURLToPath(new URL("../../dist/testing/memory-child.js", import.meta.url));
const given = storeForTests("file");

test("a large restore takes the memory of its tensors, not twice", () => {
  const child = (...words: string[]) =>
    execFileSync(process.execPath, [CHILD, given.folder, ...words], { encoding: "utf8" });
  child("save", "128");
  const { megabytes, grown } = JSON.parse(child("restore", "128"));
  expect(megabytes).toBe(128);
  expect(grown).toBeGreaterThan(100);
  expect(grown).toBeLessThan(128 * 1.6);
});

test("large restores side by side are right, and one that meets damage harms no other", async () => {
  const { store, session } = given;
  const size = 700_000;
  const save = async (step: number): Promise<string> => {
    const tensors = Object.fromEntries(
      ["a", "b", "c"].map((name, place) => [name, Array<number>(size).fill(step + place)]),
    );
    const input = checkpointInput(session.id, step, tensors);
    return (await store.writer.saveCheckpoint(input)).checkpoint.id;
  };
  const [good, bad] = [await save(10), await save(20)];
  const file = packFile(store.path, bad);
  const bytes = readFileSync(file);
  const { offset } = store.checkpoints.manifest(bad).tensors[1]!;
  bytes[offset + 5]! ^= 4;
  writeFileSync(file, bytes);
  const ask = Array.from({ length: 6 }, (_, index) => store.readTensors(index % 2 ? bad : good));
  for (const [index, answer] of (await Promise.allSettled(ask)).entries()) {
    if (index % 2 === 1) {
      expect(answer).toMatchObject({ reason: { code: "TensorDamaged", data: { name: "b" } } });
      continue;
    }
    const { tensors } = (answer as PromiseFulfilledResult<{ tensors: Map<string, Uint8Array> }>)
      .value;
    expect([...tensors.keys()]).toEqual(["a", "b", "c"]);
    const heads = [...tensors.values()].map((tensor) => new Float32Array(tensor.buffer)[size - 1]);
    expect(heads).toEqual([10, 11, 12]);
  }
});

test("a pack that is made anew while it is read is no damage", async () => {
  const { store, session } = given;
  const tensors = { a: Array<number>(700_000).fill(1), b: Array<number>(700_000).fill(2) };
  const { checkpoint } = await store.writer.saveCheckpoint(
    checkpointInput(session.id, 30, tensors),
  );
  const anew = newId();
  renameSync(packFile(store.path, checkpoint.id), packFile(store.path, anew));
  const db = new BetterSqlite3(join(store.path, "catalog.sqlite"));
  // It knows where the tensors lay, and reads in other threads.
  const reading = store.readTensors(checkpoint.id);
  db.transaction(() => {
    db.prepare("INSERT INTO packs SELECT ?, bytes, created_at FROM packs WHERE id = ?").run(
      anew,
      checkpoint.id,
    );
    db.prepare("UPDATE tensors SET pack_id = ? WHERE pack_id = ?").run(anew, checkpoint.id);
    db.prepare("DELETE FROM packs WHERE id = ?").run(checkpoint.id);
  })();
  db.close();
  const { tensors: read } = await reading;
  expect([...read].map(([name, bytes]) => [name, new Float32Array(bytes.buffer)[9]])).toEqual([
    ["a", 1],
    ["b", 2],
  ]);
  // Gone it is damage, and the reason says so.
  renameSync(packFile(store.path, anew), packFile(store.path, checkpoint.id));
  await expect(store.readTensors(checkpoint.id)).rejects.toMatchObject({
    ...{ code: "TensorDamaged", data: { reason: "the file of the pack is gone" } },
  });
});

describe("a space for tensors", () => {
  const size = 700_000;
  const save = async (step: number): Promise<string> => {
    const { store, session } = given;
    const numbers = (start: number, count: number) =>
      Array.from({ length: count }, (_, at) => start + (at % 7));
    const tensors = { a: numbers(step, size), b: numbers(step + 1, 3), c: numbers(step + 2, size) };
    const saved = await store.writer.saveCheckpoint(checkpointInput(session.id, step, tensors));
    return saved.checkpoint.id;
  };
  const slice = (name: string, offset: number, count: number): TensorSlice => {
    return { name, dtype: "F32", shape: [count], offset, length: 4 * count };
  };

  test("takes those that it has room for, each at its place, again and again", async () => {
    const { store } = given;
    const ids = [await save(10), await save(20), await save(30)];
    const whole = [slice("c", 16, size), slice("a", 16 + 4 * size, size), slice("b", 0, 3)];
    for (const tensors of [whole, whole.slice(2), whole.slice(0, 1)]) {
      const buffer = new SharedArrayBuffer(8 * size + 16);
      const floats = new Float32Array(buffer);
      for (const [at, id] of ids.entries()) {
        floats.fill(-1);
        const read = await store.readTensors(id, { buffer, tensors });
        expect([...read.tensors.keys()]).toEqual(tensors.map(({ name }) => name));
        for (const { name, offset, length } of tensors) {
          expect(read.tensors.get(name)!.buffer).toBe(buffer);
          const start = 10 * (at + 1) + "abc".indexOf(name);
          const there = floats.subarray(offset / 4, (offset + length) / 4);
          expect(there.every((value, place) => value === start + (place % 7))).toBe(true);
          there.fill(-1);
        }
        expect(floats.every((value) => value === -1)).toBe(true);
      }
    }
  });

  test("is refused where the checkpoint has no such tensor, or it is no room", async () => {
    const { store } = given;
    const id = await save(40);
    const buffer = new SharedArrayBuffer(64);
    const read = (tensors: TensorSlice[], memory: ArrayBufferLike = buffer) =>
      store.readTensors(id, { buffer: memory as SharedArrayBuffer, tensors });
    const lacking = expect.objectContaining({ code: "TensorNotFound" });
    await expect(read([slice("d", 0, 3)])).rejects.toEqual(lacking);
    await expect(read([slice("b", 0, 4)])).rejects.toEqual(lacking);
    await expect(read([{ ...slice("b", 0, 3), dtype: "I32" }])).rejects.toMatchObject({
      ...{ code: "TensorNotFound", data: { id, name: "b" } },
      message: expect.stringContaining("asked for 12 of I32, it has 12 bytes of F32"),
    });
    const invalid = expect.objectContaining({ code: "OptionInvalid" });
    await expect(read([slice("b", 60, 3)])).rejects.toEqual(invalid);
    await expect(read([slice("b", 0, 3)], new ArrayBuffer(64))).rejects.toEqual(invalid);
    expect(new Uint8Array(buffer).every((byte) => byte === 0)).toBe(true);
  });
});
