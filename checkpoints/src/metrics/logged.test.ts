import { beforeEach, expect, test } from "vitest";
import { tableFromIPC, tableToIPC } from "apache-arrow";
import type { RunRow, SessionRow, Store } from "@forkpoint/checkpoints";
import { columnOf, lossRows, metricsStream, runInput, sessionInput } from "../testing/fixtures.js";
import { storeForTests } from "../testing/store-for-tests.js";

const given = storeForTests("file");
let store: Store;
let session: SessionRow;
let run: RunRow;
beforeEach(async () => {
  ({ store, session } = given);
  run = await store.writer.startRun(runInput(session.id));
  const chunk = metricsStream(lossRows(0, 9, 1));
  await store.writer.appendMetrics({ runId: run.id, chunk });
});

const log = (id: string, name: string, values: Record<number, number>): Promise<void> => {
  const rows = Object.entries(values).map(([step, value]) => ({
    step: Number(step),
    values: { [name]: value },
  }));
  return store.writer.logValues({ sessionId: id, rows });
};

test("logged values are columns at their steps, the last one of a step counts", async () => {
  await log(session.id, "probe", { 2: 0.5, 3: 0.25, 40: 9 });
  await log(session.id, "norm", { 0: -1 });
  await log(session.id, "probe", { 3: Number.NaN, 4: Infinity });
  const table = await store.readMetrics(session.id);
  expect(table.schema.fields.map((field) => `${field.name} ${field.type}`)).toEqual([
    "step Int64",
    "wall Timestamp<MILLISECOND, UTC>",
    "train_loss Float64",
    "norm Float64",
    "probe Float64",
  ]);
  expect(table.numRows).toBe(10);
  const sent = tableFromIPC(tableToIPC(table));
  expect(columnOf(sent, "probe").slice(1, 6)).toEqual([
    [1, null],
    [2, 0.5],
    [3, Number.NaN],
    [4, Infinity],
    [5, null],
  ]);
  expect(columnOf(sent, "train_loss")).toEqual(
    lossRows(0, 9, 1).map((row) => [row.step, row["train_loss"]]),
  );
  const part = await store.readMetrics(session.id, { from: 2, to: 3, columns: ["probe", "x"] });
  expect(part.schema.fields.map((field) => field.name)).toEqual(["step", "probe", "x"]);
  expect(columnOf(part, "probe")).toEqual([
    [2, 0.5],
    [3, Number.NaN],
  ]);
  expect(part.getChild("x")!.nullCount).toBe(2);
});

test("a fork inherits them up to its step, and its own come first", async () => {
  const fork = { parentSessionId: session.id, forkStep: 5 };
  const hot = await store.writer.createSession(sessionInput(`hot ${given.number}`, fork));
  const forked = await store.writer.startRun(runInput(hot.id, { mode: "forked", fromStep: 5 }));
  const chunk = metricsStream(lossRows(6, 7, 2));
  await store.writer.appendMetrics({ runId: forked.id, chunk });
  await log(session.id, "probe", { 4: 4, 5: 5, 6: 6 });
  await log(hot.id, "probe", { 4: 40, 7: 70 });
  const probes = async (id: string) =>
    columnOf(await store.readMetrics(id, { from: 4, to: 7 }), "probe").map(([, value]) => value);
  expect(await probes(hot.id)).toEqual([40, 5, null, 70]);
  expect(await probes(session.id)).toEqual([4, 5, 6, null]);
});

test("what training records under the name later counts first", async () => {
  await log(session.id, "probe", { 9: 1, 10: 1, 11: 1 });
  const rows = [
    { step: 10, probe: 7 },
    { step: 11, probe: null },
  ];
  await store.writer.appendMetrics({ runId: run.id, chunk: metricsStream(rows) });
  const table = await store.readMetrics(session.id, { from: 9 });
  expect(columnOf(table, "probe")).toEqual([
    [9, 1],
    [10, 7],
    [11, 1],
  ]);
});

test.each<[string, unknown]>([
  ["a recorded column", { step: 1, values: { train_loss: 1 } }],
  ["the step", { step: 1, values: { step: 1 } }],
  ["a name that is no word", { step: 1, values: { trainLoss: 1 } }],
  ["a text", { step: 1, values: { probe: "1" } }],
  ["a step below 0", { step: -1, values: { probe: 1 } }],
  ["half a step", { step: 0.5, values: { probe: 1 } }],
])("refuses %s, live and sealed, and writes nothing of it", async (_, row) => {
  const rows = [{ step: 1, values: { probe: 1 } }, row] as never;
  for (const seal of [false, true]) {
    if (seal) await store.writer.finishRun({ runId: run.id, status: "completed", step: 9 });
    await expect(store.writer.logValues({ sessionId: session.id, rows })).rejects.toMatchObject({
      code: "OptionInvalid",
    });
  }
  expect((await store.readMetrics(session.id)).getChild("probe")).toBeNull();
});
