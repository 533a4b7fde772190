import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openStore } from "@forkpoint/checkpoints";
import type { SessionRow, Store } from "@forkpoint/checkpoints";
import {
  checkpointInput,
  columnOf,
  lossRows,
  metricsStream,
  python,
  runInput,
  runPython,
  sessionInput,
  temporaryFolder,
} from "../testing/fixtures.js";

const SCRIPT = fileURLToPath(new URL("../../python/read_store.py", import.meta.url));

let folder: { path: string; remove(): void };
let store: Store;
let hot: SessionRow;
let pack: string;
beforeAll(async () => {
  folder = temporaryFolder();
  store = await openStore({ from: folder.path });
  const { writer } = store;
  const sonnets = await writer.createSession(sessionInput("sonnets"));
  const train = async (session: SessionRow, from: number, to: number, seed: number) => {
    const run = await writer.startRun(runInput(session.id, { fromStep: from }));
    const rows = lossRows(from === 0 ? 0 : from + 1, to, seed);
    await writer.appendMetrics({ runId: run.id, chunk: metricsStream(rows) });
    const sample = { step: to, prompt: "é", text: `of ${to}` };
    await writer.appendSamples({ runId: run.id, rows: [sample] });
    return run;
  };
  const first = await train(sonnets, 0, 50, 1);
  const saved = await writer.saveCheckpoint(
    checkpointInput(sonnets.id, 50, { w: [0], frozen: [1, 2] }, { runId: first.id }),
  );
  pack = saved.checkpoint.id;
  await writer.finishRun({ runId: first.id, status: "completed", step: 50 });
  // A second run from an earlier step hides what the first made after it.
  const second = await train(sonnets, 40, 60, 2);
  await writer.finishRun({ runId: second.id, status: "completed", step: 60 });
  await writer.logValues({
    sessionId: sonnets.id,
    rows: [
      { step: 30, values: { probe: 0.5 } },
      { step: 44, values: { probe: Number.NaN } },
      { step: 55, values: { probe: 9 } },
    ],
  });
  hot = await writer.createSession(
    sessionInput("hot é", { parentSessionId: sonnets.id, forkStep: 45 }),
  );
  const third = await train(sonnets, 20, 70, 3);
  await writer.finishRun({ runId: third.id, status: "completed", step: 70 });
  await train(hot, 45, 49, 4);
  await writer.logValues({ sessionId: hot.id, rows: [{ step: 30, values: { probe: 0.25 } }] });
  const tensors = { w: [7, 8], frozen: [1, 2] };
  await writer.saveCheckpoint(checkpointInput(hot.id, 49, tensors));
  await writer.flush();
});
afterAll(async () => {
  await store.close();
  folder.remove();
});

test("read_store.py, made from the README alone, reads what the store reads", async () => {
  const { stdout, stderr, status } = spawnSync(python, [SCRIPT, store.path, "hot é"], {
    encoding: "utf8",
  });
  expect([stderr, status]).toEqual(["", 0]);
  const seen = JSON.parse(stdout.replaceAll("NaN", '"NaN"'));
  expect(seen.timeline).toEqual(
    store.timeline(hot.id).map(({ runId, from, to }) => [runId, from, to]),
  );
  const table = await store.readMetrics(hot.id);
  for (const name of ["train_loss", "probe"]) {
    const theirs = seen.metrics.map((row: Record<string, unknown>) => [
      row["step"],
      row[name] ?? null,
    ]);
    const ours = columnOf(table, name).map(([step, value]) => [
      step,
      Number.isNaN(value) ? "NaN" : value,
    ]);
    expect(theirs).toEqual(ours);
  }
  expect(seen.metrics[3].wall).toBe(Number(table.getChild("wall")!.get(3)));
  const samples = seen.snapshots.map(({ step, prompt, text }: Record<string, unknown>) => ({
    ...{ step, prompt, text },
  }));
  expect(samples).toEqual(await store.readSamples(hot.id));
  expect(seen.tensors).toEqual({ frozen: [1, 2], w: [7, 8] });
});

test("the catalog opens in Python's sqlite3, a pack in its safetensors", () => {
  const program = `
import json, sqlite3, sys
from safetensors import safe_open
path, pack = sys.argv[1:]
db = sqlite3.connect(f"file:{path}/catalog.sqlite?mode=ro", uri=True)
with safe_open(f"{path}/packs/{pack}.safetensors", framework="np") as file:
    tensors = {name: file.get_tensor(name).tolist() for name in file.keys()}
    manifest = json.loads(file.metadata()["forkpoint"])
print(json.dumps({
  "check": db.execute("PRAGMA integrity_check").fetchone()[0],
  "foreign": db.execute("PRAGMA foreign_key_check").fetchall(),
  "application": db.execute("PRAGMA application_id").fetchone()[0].to_bytes(4, "big").decode(),
  "names": [name for (name,) in db.execute("SELECT name FROM session_names ORDER BY name")],
  "tensors": tensors, "format": manifest["format"], "step": manifest["state"]["step"],
}))`;
  expect(JSON.parse(runPython(program, "", store.path, pack))).toEqual({
    ...{ check: "ok", foreign: [], application: "FKPT", names: ["hot é", "sonnets"] },
    ...{ tensors: { w: [0], frozen: [1, 2] }, format: "forkpoint-pack-1", step: 50 },
  });
});
