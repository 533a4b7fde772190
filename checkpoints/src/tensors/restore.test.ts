import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { packFile } from "../folder/layout.js";
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
