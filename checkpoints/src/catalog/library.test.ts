import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openStore } from "@forkpoint/checkpoints";
import type { ModelRow, SessionRow, Store } from "@forkpoint/checkpoints";
import { checkpointInput, runInput, sessionInput, temporaryFolder } from "../testing/fixtures.js";

let folder: { path: string; remove(): void };
let store: Store;
let session: SessionRow;
beforeAll(async () => {
  folder = temporaryFolder();
  store = await openStore({ from: folder.path });
  session = await store.writer.createSession(sessionInput("sonnets"));
});
afterAll(async () => {
  await store.close();
  folder.remove();
});

async function save(name: string, step = 1): Promise<ModelRow> {
  const model = { name, trainLoss: 1.5 };
  const input = checkpointInput(session.id, step, { w: [step] }, { model });
  return (await store.writer.saveCheckpoint(input)).model!;
}
const code = (name: string) => expect.objectContaining({ code: name });

describe("models", () => {
  test("are listed newest first, named, renamed, deleted and restored", async () => {
    expect(store.models.defaultName()).toBe("Model 1");
    const first = await save("Model 1", 100);
    const third = await save("Model 3", 300);
    expect(store.models.defaultName()).toBe("Model 2");
    expect(store.models.list()).toEqual([third, first]);
    expect(first).toMatchObject({
      modelKind: "micro-gpt",
      sessionId: session.id,
      sessionName: "sonnets",
      step: 100,
      trainLoss: 1.5,
    });
    expect(store.models.byName("Model 3")).toEqual(third);

    const renamed = await store.writer.renameModel(first.id, " best ");
    expect(renamed).toEqual({ ...first, name: "best" });
    await expect(store.writer.renameModel(first.id, "Model 3")).rejects.toEqual(code("NameTaken"));
    await expect(store.writer.renameModel(first.id, "")).rejects.toEqual(code("NameInvalid"));
    expect(await store.writer.renameModel(first.id, "best")).toEqual(renamed);

    const trashed = await store.writer.deleteModel(first.id);
    expect(store.models.list()).toEqual([third]);
    expect(store.trash.list()).toEqual([trashed]);
    expect(trashed).toMatchObject({ kind: "model", name: "best" });
    const usurper = await save("best");
    await expect(store.writer.restoreModel(trashed.id)).rejects.toEqual(code("NameTaken"));
    await store.writer.renameModel(usurper.id, "other");
    expect(await store.writer.restoreModel(trashed.id)).toEqual(renamed);
    expect(store.trash.list()).toEqual([]);
    expect((await store.readTensors(renamed.checkpointId)).tensors.size).toBe(1);
  });

  test("that are not there say so", async () => {
    const { writer } = store;
    await expect(writer.renameModel("x", "y")).rejects.toEqual(code("ModelNotFound"));
    await expect(writer.deleteModel("x")).rejects.toEqual(code("ModelNotFound"));
    await expect(writer.restoreModel("x")).rejects.toEqual(code("TrashNotFound"));
    expect(() => store.models.get("x")).toThrow(code("ModelNotFound"));
    expect(store.models.byName("x")).toBeNull();
  });
});

describe("sessions", () => {
  test("keep their facts; their names move", async () => {
    const attributes = { env_mode: "drift", mu: 0.25, model_signature: null, exact: true };
    const fork = await store.writer.createSession(
      sessionInput("hot", { parentSessionId: session.id, forkStep: 7, attributes }),
    );
    expect(fork).toMatchObject({
      parentSessionId: session.id,
      rootSessionId: session.id,
      forkStep: 7,
      forkCheckpointId: null,
      attributes,
      lastRunAt: null,
      trainingConfig: '{"seed":1337}',
    });
    expect(session).toMatchObject({
      attributes: {},
      parentSessionId: null,
      rootSessionId: session.id,
      forkStep: 0,
    });
    await expect(store.writer.renameSession(fork.id, "sonnets")).rejects.toEqual(code("NameTaken"));
    await store.writer.renameSession(session.id, "sonnets@7");
    const moved = await store.writer.renameSession(fork.id, "sonnets");
    expect(moved).toEqual({ ...fork, name: "sonnets" });
    expect(store.sessions.byName("sonnets")?.id).toBe(fork.id);
    expect(store.sessions.list().map((row) => row.name)).toEqual(["sonnets@7", "sonnets"]);
    await store.writer.renameSession(fork.id, "hot");
    await store.writer.renameSession(session.id, "sonnets");
  });

  test.each<[string, string, () => Partial<ReturnType<typeof sessionInput>>]>([
    ["a taken name", "NameTaken", () => ({ name: "sonnets " })],
    ["an empty name", "NameInvalid", () => ({ name: "" })],
    ["an unknown parent", "SessionNotFound", () => ({ parentSessionId: "x", forkStep: 0 })],
    ["a fork without a step", "OptionInvalid", () => ({ parentSessionId: session.id })],
    ["a fork step of a root", "OptionInvalid", () => ({ forkStep: 3 })],
    ["an attribute that is no plain value", "OptionInvalid", () => ({ attributes: { mu: NaN } })],
    ["an unknown checkpoint", "CheckpointNotFound", () => ({ forkCheckpointId: "x" })],
  ])("refuse %s", async (_, name, more) => {
    const before = store.sessions.list();
    const input = sessionInput("another", more());
    await expect(store.writer.createSession(input)).rejects.toEqual(code(name));
    expect(store.sessions.list()).toEqual(before);
  });
});

describe("runs", () => {
  test("go from running to their end, one at a time in a session", async () => {
    const { writer } = store;
    const run = await writer.startRun(runInput(session.id, { targetStep: 10 }));
    expect(run).toMatchObject({ status: "running", lastStep: 0, endedAt: null, rows: 0 });
    await expect(writer.startRun(runInput(session.id))).rejects.toMatchObject({
      code: "SessionBusy",
      data: { name: "sonnets", holder: { runId: run.id, pid: process.pid } },
    });
    await writer.setRunStatus(run.id, "paused");
    expect(store.runs.get(run.id).status).toBe("paused");
    const error = { code: "LossNotFinite", message: "The loss is NaN." };
    const summary = { train_loss: 1.25, validation_loss: null };
    await writer.finishRun({ runId: run.id, status: "failed", step: 9, error, summary });
    const ended = { status: "failed", lastStep: 9, error, summary };
    expect(store.runs.list(session.id)).toMatchObject([ended]);
    expect(store.sessions.get(session.id).lastRunAt).toBe(run.startedAt);
    const next = await writer.startRun(runInput(session.id, { mode: "resumed", fromStep: 9 }));
    await writer.finishRun({ runId: next.id, status: "completed", step: 9 });
  });

  test.each([{ fromStep: -1 }, { targetStep: 0.5 }, { seed: 2 ** 60 }, { mode: "wild" as never }])(
    "refuse %j",
    async (more) => {
      const input = runInput(session.id, more);
      await expect(store.writer.startRun(input)).rejects.toEqual(code("OptionInvalid"));
    },
  );
});

test("events are kept in order, for one session or for all", async () => {
  const other = await store.writer.createSession(sessionInput("other"));
  const add = (sessionId: string, kind: string, step: number | null = null) =>
    store.writer.appendEvent({ sessionId, step, kind, data: { deep: [1, { a: null }] } });
  const events = [await add(session.id, "commit", 3), await add(other.id, "spike")];
  expect(store.events.list(other.id)).toEqual([events[1]]);
  expect(store.events.list().slice(-2)).toEqual(events);
  await expect(add("x", "commit")).rejects.toEqual(code("SessionNotFound"));
  await expect(add(session.id, "No Word")).rejects.toEqual(code("OptionInvalid"));
});
