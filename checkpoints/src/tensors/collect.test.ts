import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { sha256 } from "@forkpoint/checkpoints";
import type { CheckpointRow } from "@forkpoint/checkpoints";
import { packFile } from "../folder/layout.js";
import { checkpointInput, runPython, sessionInput, stateInput } from "../testing/fixtures.js";
import { storeForTests } from "../testing/store-for-tests.js";

const given = storeForTests("file");
const numbers = (length: number): number[] => Array.from({ length }, () => Math.random());
const floats = (bytes: Uint8Array | undefined): number[] => [...new Float32Array(bytes!.buffer)];
const packs = (): string[] => readdirSync(join(given.store.path, "packs"));
const collect = (graceMs = 0) => given.store.writer.collect({ graceMs });

async function save(step: number, tensors: Record<string, number[]>): Promise<CheckpointRow> {
  const input = checkpointInput(given.session.id, step, tensors, { trigger: "auto" });
  return (await given.store.writer.saveCheckpoint(input)).checkpoint;
}
// A pack of 400 kB of which a later checkpoint uses 40, its own being gone.
async function mostlyDead(): Promise<{ pack: string; user: string; frozen: number[] }> {
  const frozen = [...new Float32Array(numbers(10_000))];
  await save(0, { w: numbers(10) });
  const { id: pack } = await save(1, { frozen, w: numbers(90_000) });
  const { id: user } = await save(2, { frozen, w: numbers(10) });
  const budget = { budgetBytes: 0, keepNewest: 1 };
  expect(await given.store.writer.thinKeyframes(given.session.id, budget)).toMatchObject({
    removed: 1,
    freedBytes: 0,
  });
  return { pack, user, frozen };
}

describe("a pack of mostly dead tensors", () => {
  test("is written anew; the old file goes after the grace period", async () => {
    const { pack, user, frozen } = await mostlyDead();
    const done = await collect(60_000);
    expect(done).toMatchObject({ repacked: 1, files: 0 });
    expect(done.waitingBytes).toBeGreaterThan(400_000);
    expect(packs()).toContain(`${pack}.safetensors`);
    const { tensors, manifest } = await given.store.readTensors(user);
    expect(floats(tensors.get("frozen"))).toEqual(frozen);
    const place = manifest.tensors.find((tensor) => tensor.name === "frozen")!;
    expect(place.pack).not.toBe(pack);
    expect((await collect()).freedBytes).toBeGreaterThan(400_000);
    expect(packs()).not.toContain(`${pack}.safetensors`);
    expect(floats((await given.store.readTensors(user)).tensors.get("frozen"))).toEqual(frozen);
    expect(await collect()).toMatchObject({ repacked: 0, files: 0, waitingBytes: 0 });
    // The digest of the checkpoint still comes out of the packs alone.
    const script = new URL("../../python/state_digest.py", import.meta.url).pathname;
    const program = `import runpy, sys; sys.argv = sys.argv[1:]; runpy.run_path(sys.argv[0], run_name="__main__")`;
    const line = JSON.parse(runPython(program, "", script, given.store.path, user));
    expect(line).toMatchObject({ id: user, ok: true });
  });

  test("that is damaged stays as it is", async () => {
    const { pack, user } = await mostlyDead();
    const file = packFile(given.store.path, pack);
    const place = given.store.checkpoints.manifest(user).tensors.find((t) => t.name === "frozen")!;
    const bytes = readFileSync(file);
    bytes[place.offset]! ^= 1;
    writeFileSync(file, bytes);
    expect(await collect()).toMatchObject({ repacked: 0 });
    expect(readFileSync(file).equals(bytes)).toBe(true);
    await expect(given.store.readTensors(user)).rejects.toMatchObject({ code: "TensorDamaged" });
  });
});

describe("a blob", () => {
  test("goes when nothing names it, after the grace period", async () => {
    const { store, session } = given;
    const [corpus, loose, tokenizer] = await Promise.all(
      ["Shall I", "compare", "thee"].map((text) =>
        store.writer.saveBlob(Buffer.from(`${text} ${session.id}`)),
      ),
    );
    const state = stateInput({ blobs: { corpus: corpus! } });
    const input = checkpointInput(session.id, 0, { w: [1] }, { state });
    await store.writer.saveCheckpoint(input);
    const dataConfig = JSON.stringify({ tokenizer });
    await store.writer.createSession(sessionInput(`of ${session.id}`, { dataConfig }));
    await collect(60_000);
    await store.readBlob(loose!);
    await collect();
    await expect(store.readBlob(loose!)).rejects.toMatchObject({ code: "BlobMissing" });
    expect(readdirSync(join(store.path, "blobs"))).not.toContain(loose);
    await Promise.all([store.readBlob(corpus!), store.readBlob(tokenizer!)]);
  });

  test("saved again while it waits to be removed stays", async () => {
    const { store } = given;
    const bytes = Buffer.from(`thou art ${given.number}`);
    const digest = await store.writer.saveBlob(bytes);
    await new Promise((resolve) => setTimeout(resolve, 30));
    await store.writer.collect({ graceMs: 20 });
    expect(await store.writer.saveBlob(bytes)).toBe(digest);
    await store.writer.collect({ graceMs: 3_000 });
    expect(sha256(await store.readBlob(digest))).toBe(digest);
  });
});

test.each([{ graceMs: -1 }, { graceMs: Number.NaN }, { repackFrom: -1 }])(
  "a collection refuses %j",
  async (options) => {
    const refusal = given.store.writer.collect(options);
    await expect(refusal).rejects.toMatchObject({ code: "OptionInvalid" });
  },
);
