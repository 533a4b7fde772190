import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { adamW, corpus, microGPT, open } from "forkpoint";
import type { TrainingStore } from "forkpoint";
import { inspectNative } from "@forkpoint/training";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { emptyFolder } from "../support/child.js";

const small = microGPT({ layers: 1, heads: 1, embed: 8, block: 8 });
const text = corpus.text("to be or not to be, that is the question. ".repeat(20));

const files = (store: TrainingStore): string[] =>
  readdirSync(store.path, { recursive: true })
    .map(String)
    .filter((name) => !name.includes("catalog"))
    .sort();

const compiles = inspectNative().status === "ready";

/** A checkpoint beside the newest, whose compiled step holds one more op, as a foreign store might. */
async function plantOp(
  store: TrainingStore["store"],
  sessionId: string,
  op: string,
): Promise<void> {
  const { id, step } = store.checkpoints.latest(sessionId)!;
  const { manifest, tensors } = await store.readTensors(id);
  // In a GraphDef, node is field 1; in a node, name is field 1 and op field 2.
  const field = (number: number, bytes: Buffer): Buffer =>
    Buffer.concat([Buffer.of(8 * number + 2, bytes.length), bytes]);
  const node = Buffer.concat([field(1, Buffer.from("planted")), field(2, Buffer.from(op))]);
  const harmless = await store.readBlob(manifest.blobs["graph"]!);
  const graph = await store.writer.saveBlob(Buffer.concat([harmless, field(1, node)]));
  const buffer = Uint8Array.from(
    Buffer.concat(manifest.tensors.map(({ name }) => tensors.get(name)!)),
  ).buffer;
  let end = 0;
  await store.writer.saveCheckpoint({
    ...{ sessionId, runId: null, step, trigger: "manual", buffer },
    state: { ...manifest, blobs: { ...manifest.blobs, graph } },
    tensors: manifest.tensors.map(({ name, dtype, shape, length }) => {
      end += length;
      return { name, dtype, shape: [...shape], offset: end - length, length };
    }),
  });
}

describe("what a user can get wrong", () => {
  let store: TrainingStore;

  beforeAll(async () => {
    store = await open({ from: emptyFolder("bad-input"), onFailure: () => {} });
  });
  afterAll(() => store.close());

  test.each([
    ["an unknown model", { model: { kind: "giant", config: {} }, data: text }, "ModelUnknown"],
    ["no model", { data: text }, "OptionInvalid"],
    ["a misspelt option", { model: small, data: text, batchsize: 3 }, "OptionUnknown"],
    ["an empty corpus", { model: small, data: corpus.text("") }, "CorpusEmpty"],
    [
      "a corpus shorter than its blocks",
      { model: small, data: corpus.text("too short") },
      "CorpusTooShort",
    ],
    ["a missing file", { model: small, data: corpus.file("/no/such/file") }, "CorpusUnreadable"],
  ])("%s: a typed error, nothing written", async (_, options, code) => {
    const before = files(store);
    const failure = await store.session("bad", options as never).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code });
    expect((failure as Error).message).toMatch(/^[A-Z].*\.$/s);
    expect(store.sessions.list()).toEqual([]);
    expect(files(store)).toEqual(before);
  });

  test.each(["", "   ", "a\nb"])("the session name %j is refused", async (name) => {
    await expect(store.session(name, { model: small, data: text })).rejects.toMatchObject({
      code: "NameInvalid",
    });
  });

  test("a session that is not there, and other options under an existing name", async () => {
    await expect(store.session("nobody")).rejects.toMatchObject({ code: "SessionNotFound" });
    const made = await store.session("taken", { model: small, data: text });
    expect(await store.session("taken", { model: small, data: text })).toBe(made);
    const wider = microGPT({ layers: 1, heads: 1, embed: 16, block: 8 });
    await expect(store.session("taken", { model: wider, data: text })).rejects.toMatchObject({
      code: "SessionDiffers",
      data: { differences: [{ option: "embed", stored: "8", given: "16" }] },
    });
  });

  test("model names: empty, taken, replaced on request", async () => {
    const session = await store.session("names", { model: small, data: text, sampleTokens: 0 });
    await session.train({ to: 2 }).done;
    await expect(session.save(" ")).rejects.toMatchObject({ code: "NameInvalid" });
    const first = await session.save("same");
    await expect(session.save("same")).rejects.toMatchObject({ code: "NameTaken" });
    const second = await session.save("same", { replace: true });
    expect(store.models.list().filter(({ name }) => name === "same")).toHaveLength(1);
    expect(second.step).toBe(first.step);
    expect((await session.save()).name).toBe("Model 1");
    await expect(store.models.load("nothing")).rejects.toMatchObject({ code: "ModelNotFound" });
  });

  test("a loss that is not finite fails the run and goes back to the last checkpoint", async () => {
    const session = await store.session("explodes", {
      model: small,
      data: text,
      optimizer: adamW({ learningRate: 1e30, weightDecay: 0 }),
      sampleTokens: 0,
    });
    const failure = await session.train({ to: 50 }).done.catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: "LossNotFinite" });
    expect((failure as Error).message).toContain("smaller learning rate");
    expect(session.runs.at(-1)).toMatchObject({
      status: "failed",
      error: { code: "LossNotFinite" },
    });
    expect(await session.evaluate()).toBeGreaterThan(0);
  });

  test("a loss that jumps stops the run where that is wanted, back at the last keyframe", async () => {
    const session = await store.session("jumps", {
      model: small,
      data: text,
      optimizer: adamW({ learningRate: 1e-3 }),
      sampleTokens: 0,
      spikeSigma: 6,
    });
    await session.train({ to: 30 }).done;
    const before = await session.digest();
    const hot = await session.fork("hot", {
      optimizer: adamW({
        learningRate: 300,
        schedule: "cosine",
        warmupSteps: 3000,
        decaySteps: 3001,
      }),
    });
    const failure = await hot.train({ to: 200 }).done.catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: "LossSpike" });
    const spike = hot.events.find(({ kind }) => kind === "spike")!;
    expect(spike.data).toMatchObject({ back_to: hot.step });
    expect(spike.step).toBeGreaterThan(hot.step);
    expect((failure as Error).message).toContain(`at step ${spike.step},`);
    const keyframe = hot.at(hot.step);
    expect(await hot.digest()).toBe(await keyframe.digest());
    await keyframe.close();
    expect(await session.digest()).toBe(before);
  });

  test.skipIf(!compiles)(
    "a stored step with an op that is not harmless is not run, and nothing is lost",
    async () => {
      const from = emptyFolder("hostile");
      const keyframes = { minimumSteps: 5, share: 1 };
      let hostile = await open({ from, keyframes, onFailure: () => {} });
      let session = await hostile.session("hostile", { model: small, data: text, sampleTokens: 0 });
      await session.train({ to: 20 }).done;
      const digest = await session.digest();
      await plantOp(hostile.store, session.id, "ReadFile");
      await hostile.close();

      hostile = await open({ from, keyframes, onFailure: () => {} });
      session = await hostile.session("hostile");
      const stored = hostile.store.checkpoints.list(session.id);
      for (const ask of [() => session.train({ to: 30 }).done, () => session.evaluate()])
        await expect(ask()).rejects.toMatchObject({
          code: "GraphOpRefused",
          data: { op: "ReadFile", node: "planted" },
        });
      expect(hostile.store.checkpoints.list(session.id)).toEqual(stored);
      expect((await session.metrics()).numRows).toBe(21);
      await session.rewind(12);
      await session.train({ to: 20 }).done;
      expect(await session.digest()).toBe(digest);
      await hostile.close();
    },
  );

  test("a second run to another step is refused while one trains; the same again is the same", async () => {
    const session = await store.session("busy", { model: small, data: text, sampleTokens: 0 });
    const run = session.train({ to: 30 });
    expect(session.train({ to: 30 })).toBe(run);
    expect(() => session.train({ to: 40 })).toThrow(
      expect.objectContaining({ code: "SessionBusy" }),
    );
    await run.until(5);
    expect(await session.train({ to: 2 }).done).toMatchObject({ status: "completed" });
    await expect(run.until(31)).rejects.toMatchObject({ code: "StepNotReached" });
    await run.done;
    expect(await session.train({ to: 30 }).done).toMatchObject({ step: 30, status: "completed" });
    expect(session.runs).toHaveLength(1);
  });

  test("a folder that cannot be written", async () => {
    await expect(open({ from: "/proc" })).rejects.toMatchObject({ code: "StoreNotWritable" });
    expect(existsSync(join("/proc", ".forkpoint"))).toBe(false);
  });
});
