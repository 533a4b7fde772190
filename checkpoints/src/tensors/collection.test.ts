import { readdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { openStore } from "@forkpoint/checkpoints";
import type { CheckpointRow, CheckpointTrigger, SessionRow, Store } from "@forkpoint/checkpoints";
import { checkpointInput, sessionInput, temporaryFolder } from "../testing/fixtures.js";

let folder: { path: string; remove(): void };
let store: Store;
let session: SessionRow;
let sessions = 0;
beforeAll(async () => {
  folder = temporaryFolder();
  store = await openStore({ from: folder.path });
});
beforeEach(async () => {
  session = await store.writer.createSession(sessionInput(`sonnets ${++sessions}`));
});
afterAll(async () => {
  await store.close();
  folder.remove();
});

async function save(
  step: number,
  trigger: CheckpointTrigger = "auto",
  model?: string,
): Promise<CheckpointRow> {
  const tensors = { w: [sessions, step], frozen: [sessions, 1, 2, 3, 4] };
  const more = { trigger, ...(model ? { model: { name: model, trainLoss: 1 } } : {}) };
  const input = checkpointInput(session.id, step, tensors, more);
  return (await store.writer.saveCheckpoint(input)).checkpoint;
}

const steps = (): number[] => store.checkpoints.list(session.id).map((row) => row.step);
const packFiles = (): string[] => readdirSync(join(store.path, "packs"));

describe("thinAuto", () => {
  test("keeps the newest, and all that a model, the trash, a fork or another trigger names", async () => {
    await save(1, "manual");
    await save(2, "auto", "kept");
    const fork = await save(3);
    await save(4, "auto", "thrown away");
    for (const step of [5, 6, 7, 8]) await save(step);
    await store.writer.deleteModel(store.models.byName("thrown away")!.id);
    await store.writer.createSession(
      sessionInput("hot", {
        parentSessionId: session.id,
        forkStep: 3,
        forkCheckpointId: fork.id,
      }),
    );
    const bytes = store.checkpoints.list(session.id).filter((row) => [5, 6].includes(row.step));
    expect(await store.writer.thinAuto(session.id, 2)).toEqual({
      removed: 2,
      freedBytes: bytes.reduce((sum, row) => sum + row.bytes, 0),
    });
    expect(steps()).toEqual([1, 2, 3, 4, 7, 8]);
    for (const row of bytes) expect(packFiles()).not.toContain(`${row.id}.safetensors`);
    for (const row of store.checkpoints.list(session.id)) await store.readTensors(row.id);
    expect(await store.writer.thinAuto(session.id, 2)).toEqual({ removed: 0, freedBytes: 0 });
  });

  test("leaves a pack whose tensors others use, until nobody does", async () => {
    const first = await save(1);
    const second = await save(2);
    const third = await save(3);
    expect(await store.writer.thinAuto(session.id, 1)).toEqual({
      removed: 2,
      freedBytes: second.bytes,
    });
    expect(packFiles()).toContain(`${first.id}.safetensors`);
    const { tensors } = await store.readTensors(third.id);
    expect(new Float32Array(tensors.get("frozen")!.buffer)[4]).toBe(4);

    const other = checkpointInput(session.id, 4, { w: [9] }, { trigger: "auto" });
    await store.writer.saveCheckpoint(other);
    await store.writer.thinAuto(session.id, 1);
    expect(packFiles()).not.toContain(`${first.id}.safetensors`);
    expect(packFiles()).not.toContain(`${third.id}.safetensors`);
  });

  test("makes a removed checkpoint unknown, not damaged", async () => {
    const first = await save(1);
    await save(2);
    await store.writer.thinAuto(session.id, 1);
    await expect(store.readTensors(first.id)).rejects.toMatchObject({
      code: "CheckpointNotFound",
    });
  });

  test.each([0, -1, 1.5, Number.NaN])("refuses to keep %d", async (keep) => {
    await expect(store.writer.thinAuto(session.id, keep)).rejects.toMatchObject({
      code: "OptionInvalid",
    });
  });
});
