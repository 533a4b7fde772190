import { execFileSync } from "node:child_process";
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import BetterSqlite3 from "better-sqlite3";
import { expect, test } from "vitest";
import { packFile } from "../folder/layout.js";
import { newId } from "../ids.js";
import { checkpointInput } from "../testing/fixtures.js";
import { storeForTests } from "../testing/store-for-tests.js";

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
