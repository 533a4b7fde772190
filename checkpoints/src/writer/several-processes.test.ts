import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openStore, verify } from "@forkpoint/checkpoints";
import type { Store } from "@forkpoint/checkpoints";
import { LONG, sliceSeed } from "../testing/chance.js";
import {
  columnOf,
  lossRows,
  runInput,
  sessionInput,
  temporaryFolder,
} from "../testing/fixtures.js";

const SEVERAL = fileURLToPath(new URL("../../dist/testing/several-child.js", import.meta.url));
const CRASHING = fileURLToPath(new URL("../../dist/testing/crash-child.js", import.meta.url));
const ACTS = LONG ? 800 : 40;

let folder: { path: string; remove(): void };
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => folder.remove());

interface Own {
  id: string;
  name: string;
  step: number;
  forkStep: number;
  checkpoints: [string, number][];
  models: [string, string][];
  events: string[];
}
interface Journal {
  own: Own[];
  thrown: { id: string; session: Own }[];
}

async function atWork(name: string, seed: number): Promise<Journal> {
  const words = [SEVERAL, folder.path, name, String(seed), String(ACTS)];
  const child = spawn(process.execPath, words, { stdio: ["ignore", "pipe", "inherit"] });
  let output = "";
  child.stdout.on("data", (data: Buffer) => (output += data.toString()));
  expect(await once(child, "close"), `FORKPOINT_SEED=${sliceSeed()}`).toEqual([0, null]);
  return JSON.parse(output) as Journal;
}

async function agrees(store: Store, session: Own): Promise<void> {
  expect(store.sessions.get(session.id).name).toBe(session.name);
  const checkpoints = store.checkpoints.list(session.id);
  expect(checkpoints.map((row) => [row.id, row.step])).toEqual(session.checkpoints);
  for (const { id, step } of checkpoints) {
    const { tensors } = await store.readTensors(id);
    expect(new Float32Array(tensors.get("own")!.buffer)[0]).toBe(step);
    expect(new Float32Array(tensors.get("frozen")!.buffer)[0]).toBe(step % 5);
  }
  expect(store.events.list(session.id).map((event) => event.id)).toEqual(session.events);
  const rows = columnOf(await store.readMetrics(session.id), "train_loss");
  const all = session.step === 0 ? [] : lossRows(0, session.step, 1);
  expect(rows).toEqual(all.map((row) => [row.step, row["train_loss"]]));
}

test("4 processes train, save, rename, delete and collect; the journal of each agrees", async () => {
  const journals = await Promise.all(
    ["a", "b", "c", "d"].map((name, index) => atWork(name, sliceSeed() + index)),
  );
  const store = await openStore({ from: folder.path, create: false });
  try {
    const own = journals.flatMap((journal) => journal.own);
    expect(new Set(store.sessions.list().map((row) => row.id))).toEqual(
      new Set(own.map((session) => session.id)),
    );
    const models = own.flatMap((session) => session.models);
    expect(new Map(store.models.list().map((row) => [row.id, row.name]))).toEqual(new Map(models));
    for (const session of own) await agrees(store, session);
    const thrown = journals.flatMap((journal) => journal.thrown);
    expect(new Set(store.trash.list().map((row) => row.id))).toEqual(
      new Set(thrown.map((entry) => entry.id)),
    );
    // What still lies in the trash comes back as it was: ancestors with their forks.
    await store.trash.restore(thrown.map((entry) => entry.id));
    for (const { session } of thrown) await agrees(store, session);
    await store.writer.collect({ graceMs: 0, repackFrom: 0 });
    for (const { session } of thrown) await agrees(store, session);
    expect((await verify(store.path)).faults).toEqual([]);
  } finally {
    await store.close();
  }
}, 900_000);

test("a session trained by another process is busy until that process dies", async () => {
  const child = spawn(process.execPath, [CRASHING, folder.path, "sonnets"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  try {
    await once(child.stdout, "data");
    const store = await openStore({ from: folder.path });
    try {
      const session = store.sessions.byName("sonnets")!;
      const start = () => store.writer.startRun(runInput(session.id));
      await expect(start()).rejects.toMatchObject({
        code: "SessionBusy",
        data: { holder: { pid: child.pid } },
      });
      expect(store.sessions.holder(session.id)).toMatchObject({ pid: child.pid });
      // Others may read it and fork it meanwhile.
      await store.readMetrics(session.id);
      const fork = { parentSessionId: session.id, forkStep: 0 };
      await store.writer.createSession(sessionInput("fork", fork));
      child.kill("SIGKILL");
      await once(child, "close");
      expect(store.sessions.holder(session.id)).toBeNull();
      const run = await start();
      expect(run.status).toBe("running");
      expect(store.runs.list(session.id)[0]).toMatchObject({ status: "interrupted" });
      expect(store.events.list(session.id)).toMatchObject([
        { kind: "interrupted", data: { pid: child.pid } },
      ]);
    } finally {
      await store.close();
    }
  } finally {
    child.kill("SIGKILL");
  }
});
