import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { sha256, stateDigest } from "@forkpoint/checkpoints";
import type { SessionRow, Store } from "@forkpoint/checkpoints";
import { checkpointInput, stateInput } from "../testing/fixtures.js";
import { storeForTests } from "../testing/store-for-tests.js";

const given = storeForTests("file");
let store: Store;
let session: SessionRow;
beforeEach(() => {
  ({ store, session } = given);
});

const packs = (): string[] => readdirSync(join(store.path, "packs")).sort();
const packOf = (id: string): string => join(store.path, "packs", `${id}.safetensors`);
const floats = (bytes: Uint8Array | undefined): number[] => [...new Float32Array(bytes!.buffer)];
const code = (name: string) => expect.objectContaining({ code: name });

describe("saveCheckpoint", () => {
  // Nobody waits for an "auto" one: a thread of its own writes it.
  const triggers = ["manual", "auto"] as const;

  test.each(triggers)("keeps all that the trainer hands over, %s", async (trigger) => {
    const corpus = await store.writer.saveBlob(Buffer.from("Shall I compare thee"));
    const state = stateInput({ blobs: { corpus } });
    const values = { wte: [1, 2, 3], m: [0, -0, NaN] };
    const input = checkpointInput(session.id, 25, values, { state, trigger });
    const bytes = new Uint8Array(input.buffer.slice(0));
    const tensors = input.tensors.map((tensor) => ({
      ...tensor,
      bytes: bytes.subarray(tensor.offset, tensor.offset + tensor.length),
    }));
    const { checkpoint, model, buffer } = await store.writer.saveCheckpoint(input);
    expect(model).toBeNull();
    expect(new Uint8Array(buffer)).toEqual(bytes);
    expect(checkpoint).toEqual(store.checkpoints.get(checkpoint.id));
    expect(checkpoint.digest).toBe(stateDigest(25, tensors, state));
    const read = await store.readTensors(checkpoint.id);
    expect(floats(read.tensors.get("wte"))).toEqual([1, 2, 3]);
    expect(floats(read.tensors.get("m"))).toEqual([0, -0, NaN]);
    expect(read.manifest).toMatchObject({ step: 25, digest: checkpoint.digest, ...state });
    expect(statSync(packOf(checkpoint.id)).size).toBe(checkpoint.bytes);
  });

  test.each(triggers)(
    "stores equal tensors once, within a save and across, %s",
    async (trigger) => {
      const own = triggers.indexOf(trigger) / 2;
      const frozen = Array.from({ length: 10_000 }, (_, index) => index + own);
      const save = (step: number) =>
        store.writer.saveCheckpoint(
          checkpointInput(session.id, step, { a: frozen, b: frozen, w: [step + own] }, { trigger }),
        );
      const first = await save(1);
      const second = await save(2);
      expect(first.checkpoint.bytes).toBeLessThan(2 * 40_000);
      expect(second.checkpoint.bytes).toBeLessThan(40_000);
      const { manifest, tensors } = await store.readTensors(second.checkpoint.id);
      expect(manifest.tensors.map((tensor) => [tensor.name, tensor.pack])).toEqual([
        ["a", first.checkpoint.id],
        ["b", first.checkpoint.id],
        ["w", second.checkpoint.id],
      ]);
      expect(floats(tensors.get("b"))).toEqual(frozen);
      expect(tensors.get("a")!.buffer).not.toBe(tensors.get("b")!.buffer);
    },
  );

  test("names a model; a taken name is refused before anything is written", async () => {
    const input = () => checkpointInput(session.id, 5, { w: [Math.random()] });
    const model = { name: " Model 1 ", trainLoss: NaN };
    const saved = await store.writer.saveCheckpoint({ ...input(), model });
    expect(saved.model).toMatchObject({ name: "Model 1", trainLoss: null, step: 5 });
    const before = packs();
    await expect(store.writer.saveCheckpoint({ ...input(), model })).rejects.toEqual(
      code("NameTaken"),
    );
    expect(packs()).toEqual(before);
    expect(store.checkpoints.list(session.id)).toHaveLength(1);

    const replaced = await store.writer.saveCheckpoint({
      ...input(),
      model: { ...model, replace: true },
    });
    expect(store.models.list().map(({ id }) => id)).toEqual([replaced.model!.id]);
    expect(store.trash.list()).toMatchObject([{ name: "Model 1", data: { id: saved.model!.id } }]);
  });

  const bad: Record<string, [string, (id: string) => ReturnType<typeof checkpointInput>]> = {
    "an unknown session": ["SessionNotFound", () => checkpointInput("x", 0, { w: [1] })],
    "an unknown run": ["RunNotFound", (id) => checkpointInput(id, 0, { w: [1] }, { runId: "x" })],
    "an unknown blob": [
      "BlobMissing",
      (id) =>
        checkpointInput(id, 0, { w: [1] }, { state: stateInput({ blobs: { c: sha256("c") } }) }),
    ],
    "an empty name": [
      "NameInvalid",
      (id) => checkpointInput(id, 0, { w: [1] }, { model: { name: "  ", trainLoss: 1 } }),
    ],
    "a step below 0": ["OptionInvalid", (id) => checkpointInput(id, -1, { w: [1] })],
    "a tensor outside the buffer": [
      "OptionInvalid",
      (id) => ({ ...checkpointInput(id, 0, { w: [1] }), buffer: new ArrayBuffer(0) }),
    ],
    "a shape of another length": [
      "OptionInvalid",
      (id) => {
        const input = checkpointInput(id, 0, { w: [1, 2] });
        return { ...input, tensors: input.tensors.map((item) => ({ ...item, shape: [3] })) };
      },
    ],
  };
  test.each(Object.entries(bad))("refuses %s and writes nothing", async (_, [name, make]) => {
    const before = packs();
    await expect(store.writer.saveCheckpoint(make(session.id))).rejects.toEqual(code(name));
    expect(packs()).toEqual(before);
    expect(store.checkpoints.list(session.id)).toEqual([]);
  });

  test("a keyframe that cannot be written is refused as any save, and the next one comes through", async () => {
    const save = (rng: unknown) => {
      const state = stateInput({ rng: { key: rng as string } });
      return store.writer.saveCheckpoint(
        checkpointInput(session.id, 3, { w: [3] }, { state, trigger: "auto" }),
      );
    };
    const before = packs();
    await expect(save(7)).rejects.toEqual(code("OptionInvalid"));
    expect(packs()).toEqual(before);
    await save("7");
    expect(packs()).toHaveLength(before.length + 1);
  });

  test.runIf(process.platform === "linux")("keyframes give way to training", async () => {
    await store.writer.saveCheckpoint(
      checkpointInput(session.id, 3, { w: [3] }, { trigger: "auto" }),
    );
    const tasks = readdirSync("/proc/self/task").map((id) =>
      readFileSync(`/proc/self/task/${id}/stat`, "utf8"),
    );
    const thread = tasks.find((stat) => stat.includes("(forkpoint-packs)"))!;
    // Field 19 of proc(5), counted behind the name.
    const niceness = Number(thread.slice(thread.lastIndexOf(")") + 2).split(" ")[16]);
    expect(niceness).toBe(15);
  });

  test("says which tensor is damaged when one bit of a pack is flipped", async () => {
    const { checkpoint } = await store.writer.saveCheckpoint(
      checkpointInput(session.id, 1, { a: [11, 12], b: [13, 14] }),
    );
    const { offset } = store.checkpoints.manifest(checkpoint.id).tensors[1]!;
    const file = packOf(checkpoint.id);
    const whole = readFileSync(file);
    const flipped = Buffer.from(whole);
    flipped[offset + 3]! ^= 1;
    const damage = { code: "TensorDamaged", data: { name: "b", pack: checkpoint.id } };
    for (const content of [flipped, whole.subarray(0, offset + 3)]) {
      writeFileSync(file, content);
      await expect(store.readTensors(checkpoint.id)).rejects.toMatchObject(damage);
    }
    rmSync(file);
    await expect(store.readTensors(checkpoint.id)).rejects.toEqual(code("TensorDamaged"));
    await expect(store.readTensors("none")).rejects.toEqual(code("CheckpointNotFound"));
  });
});

describe("blobs", () => {
  test("are stored once under their digest and come back checked", async () => {
    const bytes = Buffer.from("Shall I compare thee to a summer's day?");
    const blobs = (): string[] => readdirSync(join(store.path, "blobs"));
    const before = blobs();
    const digest = await store.writer.saveBlob(bytes);
    expect(digest).toBe(sha256(bytes));
    expect(await store.writer.saveBlob(bytes)).toBe(digest);
    expect(blobs().sort()).toEqual([...before, digest].sort());
    expect(Buffer.from(await store.readBlob(digest))).toEqual(bytes);
    expect(await store.readBlob(await store.writer.saveBlob(new Uint8Array(0)))).toHaveLength(0);
  });

  test("that are damaged or gone say so, and heal when saved again", async () => {
    const bytes = Buffer.from("Thou art more lovely");
    const digest = await store.writer.saveBlob(bytes);
    const file = join(store.path, "blobs", digest);
    writeFileSync(file, "Thou art more lively");
    await expect(store.readBlob(digest)).rejects.toEqual(code("BlobDamaged"));
    await store.writer.saveBlob(bytes);
    expect(Buffer.from(await store.readBlob(digest))).toEqual(bytes);
    rmSync(file);
    await expect(store.readBlob(digest)).rejects.toEqual(code("BlobMissing"));
    await expect(store.readBlob("../catalog.sqlite")).rejects.toEqual(code("BlobMissing"));
    await store.writer.saveBlob(bytes);
    expect(Buffer.from(await store.readBlob(digest))).toEqual(bytes);
  });
});
