import { readdirSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import type {
  CheckpointRow,
  CheckpointTrigger,
  NewCheckpoint,
  SessionRow,
  Store,
} from "@forkpoint/checkpoints";
import { checkpointInput, runInput, sessionInput } from "../testing/fixtures.js";
import { storeForTests } from "../testing/store-for-tests.js";

const given = storeForTests("file");
let store: Store;
let session: SessionRow;
let saves = 0;
beforeEach(async () => {
  ({ store, session } = given);
  const run = await store.writer.startRun(runInput(session.id));
  await store.writer.finishRun({ runId: run.id, status: "completed", step: 20 });
});

async function save(
  step: number,
  trigger: CheckpointTrigger = "auto",
  model?: string,
  parents?: NewCheckpoint["parents"],
  tensors: Record<string, number[]> = {
    w: [given.number, step, saves++],
    frozen: [given.number, 1, 2, 3, 4],
  },
): Promise<CheckpointRow> {
  const named = model ? { model: { name: model, trainLoss: 1 } } : {};
  const more = { trigger, ...named, ...(parents ? { parents } : {}) };
  const input = checkpointInput(session.id, step, tensors, more);
  return (await store.writer.saveCheckpoint(input)).checkpoint;
}

const steps = (): number[] => store.checkpoints.list(session.id).map((row) => row.step);
const packFiles = (): string[] => readdirSync(join(store.path, "packs"));

const thin = (budgetBytes: number, keepNewest = 2) =>
  store.writer.thinKeyframes(session.id, { budgetBytes, keepNewest });

describe("thinKeyframes", () => {
  test("keeps the first, the newest, and all that is more than a keyframe", async () => {
    for (const trigger of ["auto", "manual", "final"] as const) await save(steps().length, trigger);
    await save(3, "auto", "kept");
    const fork = await save(4);
    await save(5, "auto", "thrown away");
    const merged = [await save(6, "pause"), await save(6, "replay")].map((row) => row.id);
    await save(6, "merge", undefined, { first: merged[0]!, second: merged[1]! });
    await save(7);
    for (const trigger of ["auto", "pause", "replay"] as const) await save(8, trigger);
    for (const step of [9, 10]) await save(step);
    await store.writer.deleteModel(store.models.byName("thrown away")!.id);
    const leaving = { parentSessionId: session.id };
    await store.writer.createSession(
      sessionInput("hot", { ...leaving, forkStep: 4, forkCheckpointId: fork.id }),
    );
    // Begins with the state at step 7, though it does not say so.
    await store.writer.createSession(sessionInput("cold", { ...leaving, forkStep: 7 }));
    const bytes = store.checkpoints.list(session.id).filter((row) => row.step === 8);
    expect(await thin(Infinity)).toEqual({ removed: 0, freedBytes: 0 });
    expect(await thin(0)).toEqual({
      removed: 3,
      freedBytes: bytes.reduce((sum, row) => sum + row.bytes, 0),
    });
    expect(steps()).toEqual([0, 1, 2, 3, 4, 5, 6, 6, 6, 7, 9, 10]);
    for (const row of bytes) expect(packFiles()).not.toContain(`${row.id}.safetensors`);
    for (const row of store.checkpoints.list(session.id)) await store.readTensors(row.id);
    expect(await thin(0)).toEqual({ removed: 0, freedBytes: 0 });
  });

  test("removes no more than the budget asks for", async () => {
    for (let step = 0; step <= 20; step++) await save(step);
    const all = store.checkpoints.list(session.id);
    const whole = all.reduce((sum, row) => sum + row.bytes, 0);
    expect(await thin(whole)).toMatchObject({ removed: 0 });
    await thin(whole / 2);
    const left = store.keyframes(session.id);
    expect(left.bytes).toBeLessThanOrEqual(whole / 2);
    expect(left.bytes).toBeGreaterThan(whole / 2 - 2 * all[0]!.bytes);
    expect(left.steps).toEqual(expect.arrayContaining([0, 19, 20]));
    expect(left.longestGap).toBeLessThan(10);
  });

  test("leaves a pack whose tensors others use, until nobody does", async () => {
    await save(0, "auto", undefined, undefined, { w: [-1] });
    const first = await save(1);
    const second = await save(2);
    const third = await save(3);
    expect(await thin(0, 1)).toEqual({ removed: 2, freedBytes: second.bytes });
    expect(packFiles()).toContain(`${first.id}.safetensors`);
    const { tensors } = await store.readTensors(third.id);
    expect(new Float32Array(tensors.get("frozen")!.buffer)[4]).toBe(4);

    await save(4, "auto", undefined, undefined, { w: [9] });
    await thin(0, 1);
    expect(packFiles()).not.toContain(`${first.id}.safetensors`);
    expect(packFiles()).not.toContain(`${third.id}.safetensors`);
  });

  test("makes a removed checkpoint unknown, not damaged", async () => {
    await save(0);
    const gone = await save(1);
    await save(2);
    await thin(0, 1);
    await expect(store.readTensors(gone.id)).rejects.toMatchObject({
      code: "CheckpointNotFound",
    });
  });

  test.each([
    [0, 0],
    [0, 1.5],
    [0, Number.NaN],
    [-1, 1],
    [Number.NaN, 1],
  ])("refuses a budget of %d bytes that keeps %d", async (budgetBytes, keepNewest) => {
    await expect(thin(budgetBytes, keepNewest)).rejects.toMatchObject({ code: "OptionInvalid" });
  });
});
