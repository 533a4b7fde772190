import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import type { CheckpointRow, NewCheckpoint, RunRow, SessionRow } from "@forkpoint/checkpoints";
import {
  checkpointInput,
  columnOf,
  lossRows,
  metricsStream,
  runInput,
  sessionInput,
} from "../testing/fixtures.js";
import { storeForTests } from "../testing/store-for-tests.js";

const given = storeForTests("file");
afterEach(async () => {
  await given.store.trash.empty();
  await given.store.trash.keepFor({ kind: "manual" });
  await given.store.writer.collect({ graceMs: 0 });
});
const hotName = (): string => `hot ${given.number}`;
const code = (name: string) => expect.objectContaining({ code: name });

async function train({ id }: SessionRow, from: number, to: number): Promise<RunRow> {
  const { writer } = given.store;
  const run = await writer.startRun(runInput(id, { mode: "resumed", fromStep: from }));
  const chunk = metricsStream(lossRows(from === 0 ? 0 : from + 1, to, from));
  await writer.appendMetrics({ runId: run.id, chunk });
  await save({ id }, to, { runId: run.id });
  await writer.finishRun({ runId: run.id, status: "completed", step: to });
  return run;
}
async function save(
  { id }: Pick<SessionRow, "id">,
  step: number,
  more: Partial<NewCheckpoint> = {},
): Promise<CheckpointRow> {
  const weights = Array.from({ length: 20_000 }, (_, index) => index + Math.random());
  const input = checkpointInput(id, step, { weights }, { trigger: "auto", ...more });
  return (await given.store.writer.saveCheckpoint(input)).checkpoint;
}
const fork = (at: number, forkCheckpointId: string | null = null): Promise<SessionRow> =>
  given.store.writer.createSession(
    sessionInput(hotName(), { parentSessionId: given.session.id, forkStep: at, forkCheckpointId }),
  );
const losses = async (id: string) => columnOf(await given.store.readMetrics(id), "train_loss");
// What the files of the store take, without the catalog.
function bytesOnDisk(): number {
  let sum = 0;
  for (const folder of ["packs", "metrics", "snapshots", "blobs"]) {
    for (const name of readdirSync(join(given.store.path, folder))) {
      sum += statSync(join(given.store.path, folder, name)).size;
    }
  }
  return sum;
}

describe("a session in the trash", () => {
  test("is in no list, leaves its names free, and comes back whole", async () => {
    const { store, session } = given;
    await train(session, 0, 10);
    const model = { name: "Model 1", trainLoss: 1 };
    await save(session, 10, { model, trigger: "manual" });
    await store.writer.appendEvent({ sessionId: session.id, kind: "commit", data: {} });
    const lists = () => [
      store.sessions.list().filter((row) => row.id === session.id),
      store.runs.list(session.id),
      store.checkpoints.list(session.id),
      store.models.list().filter((row) => row.sessionId === session.id),
      store.events.list().filter((row) => row.sessionId === session.id),
    ];
    const before = lists();
    const rows = await losses(session.id);
    const [entry] = await store.trash.put([{ kind: "session", id: session.id }]);
    expect(entry).toMatchObject({ kind: "session", name: session.name, itemId: session.id });
    expect(lists()).toEqual([[], [], [], [], []]);
    expect(() => store.sessions.get(session.id)).toThrow(code("SessionNotFound"));
    expect(() => store.timeline(session.id)).toThrow(code("SessionNotFound"));
    expect(store.models.byName("Model 1")).toBeNull();

    const usurper = await store.writer.createSession(sessionInput(session.name));
    await expect(store.trash.restore([entry!.id])).rejects.toEqual(code("NameTaken"));
    await store.trash.put([{ kind: "session", id: usurper.id }]);
    await store.trash.restore([entry!.id]);
    expect(lists()).toEqual(before);
    expect(await losses(session.id)).toEqual(rows);
    expect(store.trash.list().map((row) => row.itemId)).toEqual([usurper.id]);
  });

  test("cannot go without its forks, nor a fork come back without it", async () => {
    const { store, session } = given;
    await train(session, 0, 10);
    const hot = await fork(10, store.checkpoints.latest(session.id)!.id);
    const item = { kind: "session", id: session.id } as const;
    await expect(store.trash.put([item])).rejects.toMatchObject({
      code: "StillNeeded",
      data: { by: [{ kind: "session", id: hot.id, name: hotName() }] },
    });
    expect(store.trash.list()).toEqual([]);
    const [parent, child] = await store.trash.put([item, { kind: "session", id: hot.id }]);
    expect(store.sessions.byName(hotName())).toBeNull();
    await expect(store.trash.restore([child!.id])).rejects.toEqual(code("PlaceGone"));
    await expect(store.trash.purge([parent!.id])).rejects.toMatchObject({
      code: "StillNeeded",
      data: { purging: true, by: [{ name: hotName() }] },
    });
    await store.trash.restore([child!.id, parent!.id]);
    expect(await losses(hot.id)).toHaveLength(11);
  });

  test("cannot go while it is trained", async () => {
    const { store, session } = given;
    const run = await store.writer.startRun(runInput(session.id));
    const items = [{ kind: "session", id: session.id } as const];
    await expect(store.trash.put(items)).rejects.toEqual(code("SessionBusy"));
    expect(store.sessions.holder(session.id)).toMatchObject({ runId: run.id, pid: process.pid });
    await store.writer.finishRun({ runId: run.id, status: "completed", step: 0 });
    expect(store.sessions.holder(session.id)).toBeNull();
    await store.trash.put(items);
  });
});

describe("a run in the trash", () => {
  test("takes its steps and states from the timeline, and gives them back", async () => {
    const { store, session } = given;
    await train(session, 0, 10);
    const second = await train(session, 10, 20);
    const before = [store.timeline(session.id), store.checkpoints.list(session.id)];
    const [entry] = await store.trash.put([{ kind: "run", id: second.id }]);
    expect(entry!.name).toBe(`${session.name}, steps 10 to 20`);
    expect(store.timeline(session.id).at(-1)).toMatchObject({ to: 10 });
    expect(store.checkpoints.latest(session.id)?.step).toBe(10);
    expect(store.checkpoints.nearest(session.id, 15)?.checkpoint.step).toBe(10);
    await store.trash.restore([entry!.id]);
    expect([store.timeline(session.id), store.checkpoints.list(session.id)]).toEqual(before);
    expect(await losses(session.id)).toHaveLength(21);
  });

  test("cannot go when something was trained on from it, unless that goes too", async () => {
    const { store, session } = given;
    const first = await train(session, 0, 10);
    const second = await train(session, 10, 20);
    const run = (id: string) => ({ kind: "run", id }) as const;
    await expect(store.trash.put([run(first.id)])).rejects.toMatchObject({
      code: "StillNeeded",
      data: { by: [{ kind: "run", id: second.id }] },
    });
    const hot = await fork(15);
    await expect(store.trash.put([run(second.id)])).rejects.toMatchObject({
      data: { by: [{ kind: "session", id: hot.id }] },
    });
    const entries = await store.trash.put([
      run(first.id),
      run(second.id),
      { kind: "session", id: hot.id },
    ]);
    expect(store.timeline(session.id)).toEqual([]);
    const entryOf = (id: string) => entries.find((entry) => entry.itemId === id)!.id;
    await expect(store.trash.restore([entryOf(second.id)])).rejects.toEqual(code("PlaceGone"));
    await store.trash.restore(entries.map((entry) => entry.id));
    expect(await losses(hot.id)).toHaveLength(16);
  });

  test("that was hidden may go; one that training went on without stays in the trash", async () => {
    const { store, session } = given;
    await train(session, 0, 30);
    const hidden = await train(session, 10, 20);
    const [entry] = await store.trash.put([{ kind: "run", id: hidden.id }]);
    // Steps 10 to 30 of the first run show again, and are trained on from.
    const later = await train(session, 30, 40);
    await expect(store.trash.restore([entry!.id])).rejects.toMatchObject({
      code: "PlaceGone",
      data: { reason: "training went on without it" },
    });
    await store.trash.put([{ kind: "run", id: later.id }]);
    await store.trash.restore([entry!.id]);
    expect(store.timeline(session.id).at(-1)).toMatchObject({ runId: hidden.id, to: 20 });
  });
});

describe("a checkpoint in the trash", () => {
  test("is passed over by replay and comes back", async () => {
    const { store, session } = given;
    await train(session, 0, 10);
    const kept = await save(session, 12);
    const middle = await save(session, 14);
    const [entry] = await store.trash.put([{ kind: "checkpoint", id: middle.id }]);
    expect(store.checkpoints.nearest(session.id, 15)?.checkpoint.id).toBe(kept.id);
    await expect(store.readTensors(middle.id)).rejects.toEqual(code("CheckpointNotFound"));
    await store.trash.restore([entry!.id]);
    expect(store.checkpoints.nearest(session.id, 15)?.checkpoint.id).toBe(middle.id);
  });

  test("cannot go when a model, a fork or the timeline needs it", async () => {
    const { store, session } = given;
    const put = (id: string) => store.trash.put([{ kind: "checkpoint", id }]);
    const only = await save(session, 0);
    await expect(put(only.id)).rejects.toThrow(/reached from it and from nothing else/);
    const named = await save(session, 1, { model: { name: "best", trainLoss: 1 } });
    await expect(put(named.id)).rejects.toThrow(/the model "best" is this state/);
    const start = await save(session, 2);
    await fork(2, start.id);
    await expect(put(start.id)).rejects.toThrow(/"hot \d+" was forked from it/);
    const model = store.models.byName("best")!;
    await store.trash.put([
      { kind: "checkpoint", id: named.id },
      { kind: "model", id: model.id },
    ]);
    const [modelEntry] = store.trash.list({ kind: "model" });
    await expect(store.trash.restore([modelEntry!.id])).rejects.toEqual(code("PlaceGone"));
  });
});

describe("the trash", () => {
  test("moves all or nothing, and refuses what is not there", async () => {
    const { store, session } = given;
    const items = [
      { kind: "session", id: session.id },
      { kind: "model", id: "none" },
    ] as const;
    await expect(store.trash.put(items)).rejects.toEqual(code("ModelNotFound"));
    expect(store.sessions.get(session.id).name).toBe(session.name);
    expect(store.trash.list()).toEqual([]);
    const bad = [{ kind: "cell", id: "x" } as never];
    await expect(store.trash.put(bad)).rejects.toEqual(code("OptionInvalid"));
    const [entry] = await store.trash.put([items[0]]);
    await expect(store.trash.restore([entry!.id, "x"])).rejects.toEqual(code("TrashNotFound"));
    await expect(store.trash.purge([entry!.id, "x"])).rejects.toEqual(code("TrashNotFound"));
    expect(store.trash.list()).toHaveLength(1);
    await expect(store.trash.put([items[0]])).rejects.toEqual(code("SessionNotFound"));
    await expect(store.writer.restoreModel(entry!.id)).rejects.toEqual(code("TrashNotFound"));
    expect(store.trash.list()).toHaveLength(1);
  });

  test("is searched by name, in any case", async () => {
    const { store } = given;
    const other = await store.writer.createSession(sessionInput("Émile's Étude"));
    await store.trash.put([
      { kind: "session", id: other.id },
      { kind: "session", id: given.session.id },
    ]);
    expect(store.trash.list({ search: "étude" }).map((row) => row.itemId)).toEqual([other.id]);
    expect(store.trash.list({ kind: "run", search: "étude" })).toEqual([]);
    expect(store.trash.list({ search: "" })).toHaveLength(2);
  });

  test("says how many bytes it keeps, and a purge and a collection free just these", async () => {
    const { store, session } = given;
    await train(session, 0, 10);
    const hot = await fork(10, store.checkpoints.latest(session.id)!.id);
    await train(hot, 10, 20);
    const before = bytesOnDisk();
    const [entry] = await store.trash.put([{ kind: "session", id: hot.id }]);
    expect(bytesOnDisk()).toBe(before);
    expect(entry!.bytes).toBeGreaterThan(80_000);
    expect(store.trash.size()).toBe(entry!.bytes);
    expect(await store.trash.empty()).toEqual({ entries: 1, bytes: entry!.bytes });
    expect(store.trash.list()).toEqual([]);
    await store.writer.collect();
    expect(bytesOnDisk(), "within the grace period").toBe(before);
    const { freedBytes } = await store.writer.collect({ graceMs: 0 });
    expect(freedBytes).toBe(entry!.bytes);
    expect(bytesOnDisk()).toBe(before - entry!.bytes);
    expect(await losses(session.id)).toHaveLength(11);
    await store.readTensors(store.checkpoints.latest(session.id)!.id);
  });
});

describe("the state of a purged model", () => {
  const named = (name: string) => ({
    trigger: "manual" as const,
    model: { name, trainLoss: null },
  });
  const purgeModel = async (name: string): Promise<number> => {
    const { store } = given;
    const { id } = store.models.byName(name)!;
    const [entry] = await store.trash.put([{ kind: "model", id }]);
    const { bytes } = await store.trash.purge([entry!.id]);
    expect(entry!.bytes).toBe(bytes);
    return bytes;
  };
  const isThere = (id: string): boolean =>
    given.store.checkpoints.list(given.session.id).some((row) => row.id === id);

  test("leaves the disk with the last model that it is", async () => {
    const { store, session } = given;
    await save(session, 0);
    const before = bytesOnDisk();
    const state = await save(session, 5, named("five"));
    const size = bytesOnDisk() - before;
    await save(session, 10);
    expect(await purgeModel("five")).toBe(size);
    expect(isThere(state.id)).toBe(false);
    expect((await store.writer.collect({ graceMs: 0 })).freedBytes).toBe(size);
  });

  test("stays where a fork begins with it, where it is the newest, and where nobody named it", async () => {
    const { session } = given;
    await save(session, 0);
    const begun = await save(session, 5, named("begun"));
    const unnamed = await save(session, 7, { trigger: "manual" });
    const newest = await save(session, 10, named("newest"));
    await fork(5, begun.id);
    expect(await purgeModel("begun")).toBe(0);
    expect(await purgeModel("newest")).toBe(0);
    for (const { id } of [begun, unnamed, newest]) expect(isThere(id)).toBe(true);
  });
});

describe("retention", () => {
  test("is kept with the store, and refused when it is none", async () => {
    expect(given.store.trash.retention()).toEqual({ kind: "manual" });
    await given.store.trash.keepFor({ kind: "hours", hours: 0.5 });
    await given.reopen();
    expect(given.store.trash.retention()).toEqual({ kind: "hours", hours: 0.5 });
    for (const bad of [
      { kind: "hours", hours: -1 },
      { kind: "starts", starts: 0 },
      { kind: "x" },
    ]) {
      await expect(given.store.trash.keepFor(bad as never)).rejects.toEqual(code("OptionInvalid"));
    }
  });

  test("by hours purges what is older", async () => {
    const { store, session } = given;
    await store.trash.put([{ kind: "session", id: session.id }]);
    await store.trash.keepFor({ kind: "hours", hours: 1 });
    expect(await store.writer.collect()).toMatchObject({ purged: 0 });
    await store.trash.keepFor({ kind: "hours", hours: 0 });
    expect(await store.writer.collect()).toMatchObject({ purged: 1 });
    expect(store.trash.list()).toEqual([]);
  });

  test("by kernel starts counts the processes that opened the store since", async () => {
    const parent = given.session;
    await train(parent, 0, 10);
    const hot = await fork(10);
    await given.store.trash.put([{ kind: "session", id: hot.id }]);
    await given.store.trash.keepFor({ kind: "starts", starts: 2 });
    await given.reopen();
    await given.store.trash.put([{ kind: "session", id: parent.id }]);
    await given.reopen();
    expect(await given.store.writer.collect()).toMatchObject({ purged: 1 });
    expect(given.store.trash.list().map((row) => row.itemId)).toEqual([parent.id]);
  });
});
