import type { Tensor2D } from "@tensorflow/tfjs";
import { afterEach, describe, expect, test, vi } from "vitest";
import { decodeGraph, encodeGraph } from "../engine/graph/graph-def.js";
import { inspectAddon } from "../engine/native/addon.js";
import { microGpt } from "../models/micro-gpt/definition.js";
import { sessionAtWork, trainTo } from "../testing/trainer-at-work.js";
import type { Trainer } from "./trainer.js";

type Scores = typeof microGpt.logits;
const original = microGpt.logits;

/** The model itself computes something else, from now on. */
function patchModel(change: (scores: Tensor2D, ...given: Parameters<Scores>) => Tensor2D): void {
  vi.spyOn(microGpt, "logits").mockImplementation((...given) =>
    change(original(...given), ...given),
  );
}
afterEach(() => void vi.restoreAllMocks());

/** Trains step by step; the digest after each. */
async function digestsOf(trainer: Trainer, to: number): Promise<string[]> {
  const digests: string[] = [];
  await trainTo(trainer, to, (step) => void (digests[step - 1] = trainer.digest()));
  digests[to] = trainer.digest();
  return digests;
}

describe("a model that is another than it was", () => {
  test("from step 57 on: replay raises at exactly 57, with both losses", async () => {
    const session = await sessionAtWork();
    const trainer = await session.trainer();
    const digests = await digestsOf(trainer, 70);
    const push = session.events.push.bind(session.events);
    vi.spyOn(session.events, "push").mockImplementation((...events) => {
      const [event] = events;
      if (event?.event === "replay" && event.step === 56)
        patchModel((scores, { tf }) => tf.mul(scores, 1.0001));
      return push(...events);
    });
    const failure = await trainer.reach(59, session.sessionId).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: "ReplayDiverged", data: { step: 57 } });
    const { recorded, replayed, nearestCheckpoint } = (
      failure as { data: { recorded: number; replayed: number; nearestCheckpoint: number } }
    ).data;
    expect(replayed).not.toBe(recorded);
    expect(replayed).toBeCloseTo(recorded, 2);
    expect([0, 20, 40]).toContain(nearestCheckpoint);
    // What is offered instead is exact, and the session is where it was.
    expect(trainer.digest()).toBe(digests[70]);
    vi.restoreAllMocks();
    await trainer.reach(59, session.sessionId);
    expect(trainer.digest()).toBe(digests[59]);
    await session.store.close();
  });

  test.skipIf(inspectAddon().status !== "ready")(
    "compiled: a recorded graph that was changed behind step 56 raises at 57",
    async () => {
      const session = await sessionAtWork({ engine: "compiled" });
      const { store, sessionId } = session;
      const trainer = await session.trainer();
      const digests = await digestsOf(trainer, 56);
      await trainTo(trainer, 70);
      const stored = store.checkpoints.latest(sessionId, 56)!;
      expect(stored.step).toBe(56);
      const { manifest, tensors } = await store.readTensors(stored.id);
      const nodes = decodeGraph(await store.readBlob(manifest.blobs["graph"]!));
      const scale = nodes.find(({ attr }) => {
        const tensor = attr["value"]?.tensor;
        return tensor?.dtype === 1 && tensor.tensorShape.dim.length === 0;
      })!.attr["value"]!.tensor!;
      const value = new Float32Array(scale.tensorContent.slice().buffer)[0]!;
      scale.tensorContent = new Uint8Array(Float32Array.of(value * 1.001).buffer);
      const graph = await store.writer.saveBlob(encodeGraph(nodes));
      const bytes = Buffer.concat(manifest.tensors.map(({ name }) => tensors.get(name)!));
      let offset = 0;
      await store.writer.saveCheckpoint({
        ...{ sessionId, runId: null, step: 56, trigger: "manual" },
        state: { ...manifest, blobs: { ...manifest.blobs, graph } },
        buffer: Uint8Array.from(bytes).buffer,
        tensors: manifest.tensors.map(({ name, dtype, shape, length }) => {
          offset += length;
          return { name, dtype, shape: [...shape], offset: offset - length, length };
        }),
      });
      await expect(session.trainer(58)).rejects.toMatchObject({
        code: "ReplayDiverged",
        data: { step: 57, nearestCheckpoint: 56 },
      });
      // Steps that were made before are reached with the graph that made them.
      const before = await session.trainer(55);
      expect(before.digest()).toBe(digests[55]);
      await store.close();
    },
  );
});

describe("a loss that is not finite", () => {
  test("at step 40: the run ends, back at the last good keyframe bit for bit", async () => {
    const session = await sessionAtWork();
    const straight = await sessionAtWork();
    const digests = await digestsOf(await straight.trainer(), 60);
    const trainer = await session.trainer();
    await trainTo(trainer, 60, (step) => {
      if (step === 40) patchModel((scores, { tf }) => tf.mul(scores, Number.NaN));
    });
    const [run] = session.store.runs.list(session.sessionId);
    expect(run).toMatchObject({ status: "failed", error: { code: "LossNotFinite" } });
    const spike = session.store.events.list(session.sessionId).find(({ kind }) => kind === "spike");
    expect(spike).toMatchObject({ step: 40, data: { loss: "NaN", back_to: 20 } });
    expect(trainer.step).toBe(20);
    expect(trainer.digest()).toBe(digests[20]);
    // The failed stretch is kept; what follows is as if nothing had happened.
    vi.restoreAllMocks();
    await trainTo(trainer, 60);
    expect(trainer.digest()).toBe(digests[60]);
    await session.store.close();
    await straight.store.close();
  });

  test("a keyframe that holds the poison already is no good one", async () => {
    // One at each step, however busy the machine is.
    const session = await sessionAtWork({}, { minimumSteps: 1, share: 1, seconds: 1e-9 });
    const trainer = await session.trainer();
    const digests: string[] = [];
    await trainTo(trainer, 30, (step) => {
      digests[step - 1] = trainer.digest();
      // The loss of this step is what it should be, its gradients are not.
      if (step === 12)
        patchModel((scores, { tf }) => {
          const nothing = tf.mul(tf.sum(tf.abs(scores)), 0);
          return tf.add(scores, tf.sqrt(nothing));
        });
      if (step === 13) vi.restoreAllMocks();
    });
    const stored = session.store.checkpoints.list(session.sessionId).map(({ step }) => step);
    expect(stored).toContain(12);
    expect(trainer.step).toBe(11);
    expect(trainer.digest()).toBe(digests[11]);
    await trainTo(trainer, 30);
    expect(trainer.step).toBe(30);
    await session.store.close();
  });
});

test("a run that was killed before its first row: the next one records the first step", async () => {
  const { store, sessionId, trainer } = await sessionAtWork();
  const run = { mode: "fresh", fromStep: 0, targetStep: 9, seed: 1, engine: "{}" } as const;
  const { id } = await store.writer.startRun({ sessionId, ...run });
  await store.writer.finishRun({ runId: id, status: "interrupted", step: 0 });
  const steps = async (): Promise<number[]> =>
    Array.from((await store.readMetrics(sessionId)).getChild("step")!, Number);
  const second = await trainer();
  await trainTo(second, 3);
  expect(await steps()).toEqual([0, 1, 2, 3]);
  const initial = store.checkpoints.nearest(sessionId, 2)!.checkpoint;
  expect(initial).toMatchObject({ step: 0, trigger: "initial" });
  // Recorded once: a run from the first step on that comes later has it behind it.
  await second.reach(0, sessionId);
  await trainTo(second, 2);
  expect(await steps()).toEqual([0, 1, 2]);
  await store.close();
});
