import { beforeEach, describe, expect, test } from "vitest";
import type { CheckpointRow, NewCheckpoint, SessionRow, Store } from "@forkpoint/checkpoints";
import { checkpointInput, runInput, sessionInput } from "../testing/fixtures.js";
import { storeForTests } from "../testing/store-for-tests.js";

const given = storeForTests("file");
let store: Store;
let session: SessionRow;
let hot: SessionRow;
// Trained to 60, forked at 50, crashed and gone on from 20 to 40.
beforeEach(async () => {
  ({ store, session } = given);
  await train(session, 0, 60);
  await save(10);
  const fork = { parentSessionId: session.id, forkStep: 50 };
  hot = await store.writer.createSession(sessionInput(`hot ${given.number}`, fork));
  await train(session, 20, 40);
});

async function train({ id }: SessionRow, fromStep: number, step: number): Promise<void> {
  const run = await store.writer.startRun(runInput(id, { mode: "resumed", fromStep }));
  await store.writer.finishRun({ runId: run.id, status: "completed", step });
}
async function save(step: number, more: Partial<NewCheckpoint> = {}): Promise<CheckpointRow> {
  const input = checkpointInput(session.id, step, { w: [given.number, step] }, more);
  return (await store.writer.saveCheckpoint(input)).checkpoint;
}

describe("saveCheckpoint", () => {
  test("keeps both parents of a merge", async () => {
    const first = await save(40);
    const second = await save(45, { sessionId: hot.id, trigger: "fork" });
    const parents = { first: first.id, second: second.id };
    const merge = await save(40, { trigger: "merge", parents });
    const expected = { parentCheckpointId: first.id, secondParentCheckpointId: second.id };
    expect(merge).toMatchObject(expected);
    expect(store.checkpoints.latest(session.id)).toEqual(merge);
    expect(first).toMatchObject({ parentCheckpointId: null, secondParentCheckpointId: null });
  });

  test("files a replayed state where its step was recorded", async () => {
    const from = store.checkpoints.nearest(session.id, 30)!.checkpoint;
    const parents = { first: from.id, second: null };
    // Inherited by hot, and no longer what session has at that step.
    const past = await save(30, { sessionId: hot.id, trigger: "replay", parents });
    expect(past.sessionId).toBe(session.id);
    expect(store.checkpoints.nearest(hot.id, 30)?.checkpoint).toEqual(past);
    expect(store.checkpoints.nearest(session.id, 30)?.checkpoint).toEqual(from);
    const runs = store.runs.list(session.id);
    const named = await save(35, { trigger: "replay", runId: runs[0]!.id, parents });
    expect(store.checkpoints.nearest(hot.id, 35)?.checkpoint).toEqual(named);
    const present = await save(30, { trigger: "replay", parents });
    expect(store.checkpoints.nearest(session.id, 35)?.checkpoint).toEqual(present);
    expect(store.runs.list(session.id)).toEqual(runs);
  });

  test("refuses a replay of what was never recorded, and unknown parents and triggers", async () => {
    const saved = store.checkpoints.list(session.id);
    const refused = (step: number, more: Partial<NewCheckpoint>, code: string) =>
      expect(save(step, more)).rejects.toMatchObject({ code });
    await refused(41, { trigger: "replay" }, "OptionInvalid");
    await refused(51, { trigger: "replay", sessionId: hot.id }, "OptionInvalid");
    const runId = store.runs.list(session.id)[1]!.id;
    await refused(10, { trigger: "replay", runId }, "OptionInvalid");
    await refused(40, { parents: { first: "none", second: null } }, "CheckpointNotFound");
    await refused(40, { parents: { first: null, second: "none" } }, "CheckpointNotFound");
    await refused(40, { trigger: "whim" as never }, "OptionInvalid");
    expect(store.checkpoints.list(session.id)).toEqual(saved);
  });
});
