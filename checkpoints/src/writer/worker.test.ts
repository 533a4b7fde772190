import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { beforeEach, describe, expect, test } from "vitest";
import { attachStore, openStore } from "@forkpoint/checkpoints";
import type { SessionRow, Store } from "@forkpoint/checkpoints";
import {
  checkpointInput,
  lossRows,
  metricsStream,
  runInput,
  sessionInput,
} from "../testing/fixtures.js";
import { storeForTests } from "../testing/store-for-tests.js";

const given = storeForTests("test");
let store: Store;
let session: SessionRow;
beforeEach(() => {
  ({ store, session } = given);
});
const dist = (file: string): URL => new URL(`../../dist/${file}`, import.meta.url);
const code = (name: string) => expect.objectContaining({ code: name });

describe("the store worker", () => {
  test("does what it is asked in the order asked, without waiting for answers", async () => {
    const run = await store.writer.startRun(runInput(session.id));
    const done: number[] = [];
    const calls = Array.from({ length: 60 }, async (_, index) => {
      const step = index + 1;
      if (step % 20 === 0) {
        const more = { runId: run.id };
        await store.writer.saveCheckpoint(checkpointInput(session.id, step, { w: [step] }, more));
      } else {
        const chunk = metricsStream(lossRows(step, step, 1));
        await store.writer.appendMetrics({ runId: run.id, chunk });
      }
      done.push(step);
    });
    await Promise.all(calls);
    expect(done).toEqual(done.toSorted((a, b) => a - b));
    expect(store.runs.get(run.id).rows).toBe(57);
  });

  test("rows that wait go together; each has its own answer, and refused ones leave no others behind", async () => {
    const run = await store.writer.startRun(runInput(session.id));
    const { id } = await store.writer.createSession(sessionInput("other"));
    const other = await store.writer.startRun(runInput(id));
    const ask = (runId: string, step: number, columns = {}) =>
      store.writer.appendMetrics({
        runId,
        chunk: metricsStream(lossRows(step, step, 1).map((row) => ({ ...row, ...columns }))),
      });
    const asked = [1, 2, 3, 3, 4, 2, 5].map((step) => ask(run.id, step));
    const mixed = [1, 2].flatMap((step) => [ask(other.id, step), ask(run.id, step + 5)]);
    const wider = ask(run.id, 8, { accuracy: 0.5 });
    const after = [ask(run.id, 9, { accuracy: 0.6 }), ask("none", 10), ask(run.id, 11)];
    const broken = store.writer.appendMetrics({ runId: run.id, chunk: Uint8Array.of(1, 2) });
    const answers = await Promise.allSettled([...asked, ...mixed, wider, ...after, broken]);
    expect(answers.map(({ status }) => status === "fulfilled")).toEqual([
      ...[true, true, true, false, true, false, true],
      ...[true, true, true, true],
      ...[true, true, false, true, false],
    ]);
    expect((answers[3] as PromiseRejectedResult).reason).toEqual(code("MetricsInvalid"));
    expect((answers[13] as PromiseRejectedResult).reason).toEqual(code("RunNotFound"));
    const table = await store.readMetrics(session.id);
    expect([...table.getChild("step")!].map(Number)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 11]);
    expect([store.runs.get(run.id).rows, store.runs.get(other.id).rows]).toEqual([10, 2]);
  });

  test("takes the buffer of a save over instead of copying it", async () => {
    const input = checkpointInput(session.id, 1, { w: [1, 2] });
    const saving = store.writer.saveCheckpoint(input);
    expect(input.buffer.byteLength).toBe(0);
    await saving;
  });

  test("raises typed errors with the stack of where they arose", async () => {
    const error = await store.writer.renameModel("x", "y").catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: "ModelNotFound", data: { id: "x" } });
    expect((error as Error).stack).toContain("operations.js");
  });

  test("serves another thread through a port", async () => {
    const port = store.connect();
    const worker = new Worker(dist("testing/attached-worker.js"), {
      workerData: { path: store.path, port, sessionId: session.id },
      transferList: [port],
      execArgv: [],
    });
    const answer = await new Promise((resolve, reject) => {
      worker.once("message", resolve);
      worker.once("error", reject);
    });
    expect(answer).toEqual({
      checkpoint: store.checkpoints.latest(session.id),
      seen: store.path,
      weights: [1, 2, 3],
      refusal: "ModelNotFound",
    });
    // The thread has closed its end; the store goes on.
    await store.writer.renameSession(session.id, "renamed");
  });

  test("lost, rejects all that is under way, and the store opens again", async () => {
    const run = await store.writer.startRun(runInput(session.id));
    const chunk = metricsStream(lossRows(1, 3, 1));
    await store.writer.appendMetrics({ runId: run.id, chunk });
    // A message that is no call is a fault in the program: it ends the worker, as any fault does.
    const port = store.connect();
    const other = attachStore(store.path, port);
    port.postMessage(null);
    const late = [other.writer.flush(), other.writer.createSession(sessionInput("late"))];
    for (const { status, reason } of (await Promise.allSettled(late)) as PromiseRejectedResult[]) {
      expect(status).toBe("rejected");
      expect(reason).toEqual(code("StoreWorkerLost"));
    }
    await other.close();
    await expect(store.writer.flush()).rejects.toEqual(code("StoreWorkerLost"));
    expect(() => store.connect()).toThrow(code("StoreWorkerLost"));
    expect(store.sessions.get(session.id).name).toBe(session.name);
    await store.close();

    store = given.store = await openStore({ from: given.folder });
    expect(store.runs.get(run.id)).toMatchObject({ status: "interrupted", lastStep: 3, rows: 3 });
    const next = await store.writer.startRun(
      runInput(session.id, { mode: "resumed", fromStep: 3 }),
    );
    expect(next.status).toBe("running");
  });
});

describe("close", () => {
  test("first does what was asked, ends own runs, then refuses", async () => {
    const run = await store.writer.startRun(runInput(session.id));
    const chunk = metricsStream(lossRows(0, 5, 1));
    const appending = store.writer.appendMetrics({ runId: run.id, chunk });
    const closing = store.close();
    expect(store.close()).toBe(closing);
    await Promise.all([appending, closing]);
    await expect(store.writer.flush()).rejects.toEqual(code("StoreClosed"));
    await expect(store.readMetrics(session.id)).rejects.toEqual(code("StoreClosed"));
    expect(() => store.sessions.list()).toThrow(code("StoreClosed"));
    expect(existsSync(join(given.folder, ".forkpoint", "catalog.sqlite-wal"))).toBe(false);

    store = given.store = await openStore({ from: given.folder, create: false });
    expect(store.runs.get(run.id)).toMatchObject({ status: "interrupted", lastStep: 5, rows: 6 });
    expect(existsSync(join(store.path, "metrics", `${run.id}.parquet`))).toBe(true);
  });

  test("of one of two openings in a thread leaves the other at work", async () => {
    const other = await openStore({ from: given.folder });
    const run = await other.writer.startRun(runInput(session.id));
    await expect(store.writer.startRun(runInput(session.id))).rejects.toEqual(code("SessionBusy"));
    await store.close();
    expect(other.runs.get(run.id).status).toBe("running");
    const end = { runId: run.id, status: "completed" as const, step: 0 };
    await other.writer.finishRun(end);
    await other.close();
  });
});

describe("a plain script", () => {
  const script = (ending: string) =>
    spawnSync(
      process.execPath,
      [
        "--input-type=module",
        "-e",
        `import { openStore } from ${JSON.stringify(dist("index.js").href)};
         const store = await openStore({ from: ${JSON.stringify(given.folder)} });
         const input = ${JSON.stringify(sessionInput("from a script"))};
         ${ending}`,
      ],
      { encoding: "utf8", timeout: 30_000 },
    );

  test.each([
    ["after close()", "await store.writer.createSession(input); await store.close();"],
    ["without close()", "await store.writer.createSession(input);"],
    ["with a call under way", "store.writer.createSession(input);"],
  ])("ends by itself %s, its writes done", (_, ending) => {
    const { status, stderr } = script(ending);
    expect(stderr).toBe("");
    expect(status).toBe(0);
    expect(store.sessions.byName("from a script")).not.toBeNull();
  });
});
