import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PNG } from "pngjs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { exportArtifacts, importArtifacts, openStore } from "@forkpoint/checkpoints";
import type { SessionRow, Store } from "@forkpoint/checkpoints";
import {
  checkpointInput,
  columnOf,
  lossRows,
  metricsStream,
  runInput,
  runPython,
  sessionInput,
  temporaryFolder,
} from "../testing/fixtures.js";

let folder: { path: string; remove(): void };
let store: Store;
let sonnets: SessionRow;
let hot: SessionRow;
let out: string;
beforeAll(async () => {
  folder = temporaryFolder();
  store = await openStore({ from: folder.path });
  const { writer } = store;
  sonnets = await writer.createSession(sessionInput("sonnets é"));
  const run = await writer.startRun(runInput(sonnets.id));
  const rows = lossRows(0, 40, 1).map((row) => ({
    ...row,
    train_loss: row.step === 7 ? Number.NaN : row["train_loss"]!,
    base_se: row.step / 8,
  }));
  await writer.appendMetrics({ runId: run.id, chunk: metricsStream(rows) });
  const tensors = { "model/w": [0.1, 2], "optimizer/m/w": [3, 4], "optimizer/v/w": [5, 6] };
  await writer.saveCheckpoint(checkpointInput(sonnets.id, 40, tensors, { runId: run.id }));
  const summary = { train_loss: 1.5 };
  await writer.finishRun({ runId: run.id, status: "completed", step: 40, summary });
  const child = sessionInput("hot", { parentSessionId: sonnets.id, forkStep: 20 });
  hot = await writer.createSession(child);
  await writer.appendEvent({ sessionId: hot.id, step: 20, kind: "fork", data: { at: [20] } });
  const forked = await writer.startRun(runInput(hot.id, { mode: "forked", fromStep: 20 }));
  const chunk = metricsStream(lossRows(21, 30, 2));
  await writer.appendMetrics({ runId: forked.id, chunk });
  const later = await writer.startRun(runInput(sonnets.id, { mode: "resumed", fromStep: 40 }));
  await writer.finishRun({
    runId: later.id,
    status: "failed",
    step: 10,
    error: { code: "X", message: "x" },
  });
  await writer.finishRun({ runId: forked.id, status: "completed", step: 30 });
  out = await exportArtifacts(store, join(folder.path, "artifacts"));
});
afterAll(async () => {
  await store.close();
  folder.remove();
});
async function elsewhere<T>(act: (other: Store) => Promise<T>): Promise<T> {
  const place = temporaryFolder();
  const other = await openStore({ from: place.path });
  try {
    return await act(other);
  } finally {
    await other.close();
    place.remove();
  }
}

describe("the artifacts layout", () => {
  test("has the files that others know, and they open with what others have", () => {
    const session = join(out, "sessions", sonnets.id);
    const index = JSON.parse(readFileSync(join(out, "sessions", "index.json"), "utf8"));
    expect(index).toMatchObject({
      schema_version: 1,
      sessions: [{ id: sonnets.id }, { id: hot.id }],
    });
    const run = join(session, "runs", store.runs.list(sonnets.id)[0]!.id);
    const csv = readFileSync(join(run, "per_step.csv"), "utf8").split("\n");
    expect(csv[0]).toBe("t,base_se,session_no_update_se,adaptive_se");
    expect(csv[9]).toBe("8,1,,");
    const { width, height } = PNG.sync.read(readFileSync(join(run, "mse_curve.png")));
    expect([width, height]).toEqual([640, 360]);
    const program = `
import json, sys
from safetensors.numpy import load_file
print(json.dumps([{name: tensor.tolist() for name, tensor in load_file(path).items()} for path in sys.argv[1:]]))`;
    const files = ["plastic_state", "optim_state"].map((name) =>
      join(session, `${name}.safetensors`),
    );
    const seen = JSON.parse(
      runPython(program, "", ...files, join(out, "base", "base_checkpoint.safetensors")),
    );
    const w = [Math.fround(0.1), 2];
    expect(seen).toEqual([{ w }, { "m/w": [3, 4], "v/w": [5, 6] }, { w }]);
  });

  test("comes back with all that it can hold", async () => {
    await elsewhere(async (other) => {
      const { leftOut, sessions } = await importArtifacts(other, out);
      expect([leftOut, sessions.map(({ name }) => name)]).toEqual([[], ["sonnets é", "hot"]]);
      for (const { id } of [sonnets, hot]) {
        const facts = { ...store.sessions.get(id), forkCheckpointId: null };
        expect(other.sessions.get(id)).toEqual(facts);
        expect(other.runs.list(id)).toEqual(store.runs.list(id));
        expect(other.timeline(id)).toEqual(store.timeline(id));
        expect(other.events.list(id)).toEqual(store.events.list(id));
        const [theirs, ours] = await Promise.all([other.readMetrics(id), store.readMetrics(id)]);
        for (const { name } of ours.schema.fields) {
          expect(columnOf(theirs, name)).toEqual(columnOf(ours, name));
        }
      }
      const { digest, step } = store.checkpoints.list(sonnets.id).at(-1)!;
      expect(other.checkpoints.list(sonnets.id)).toMatchObject([{ digest, step }]);
      const again = await importArtifacts(other, out);
      expect(again.sessions.map(({ known }) => known)).toEqual([true, true]);
    });
  });

  const make = (files: Record<string, string>): string => {
    const path = mkdtempSync(join(folder.path, "made-"));
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(join(path, name, ".."), { recursive: true });
      writeFileSync(join(path, name), text);
    }
    return path;
  };
  const index = (sessions: object[]) => JSON.stringify({ schema_version: 1, sessions });

  test("of another make comes in as far as it goes, .pt files by PyTorch or by name", async () => {
    const made = make({
      "sessions/index.json": index([{ id: "S-1", parent_session_id: null }]),
      "sessions/S-1/meta.json": JSON.stringify({ env_mode: "x", mu: 0.5 }),
      "sessions/S-1/plastic_state.pt": "no pickle",
      "sessions/S-1/update_events.jsonl": '{"type": "commit", "t": 3, "mu": 0.5}\n\n',
      "sessions/S-1/runs/run_0/per_step.csv":
        "t,base_se,session_no_update_se,adaptive_se\n0,1,2,3\n1,nan,2.5,\n",
    });
    await elsewhere(async (other) => {
      const { leftOut, sessions } = await importArtifacts(other, made);
      expect(leftOut).toEqual([expect.stringMatching(/plastic_state\.pt: .*PyTorch/)]);
      const { id } = sessions[0]!;
      expect(id).toMatch(/^[a-z0-9]+$/);
      expect(other.events.list(id)).toMatchObject([{ kind: "commit", data: { t: 3, mu: 0.5 } }]);
      const table = await other.readMetrics(id);
      expect(columnOf(table, "base_se")).toEqual([
        [0, 1],
        [1, Number.NaN],
      ]);
      expect(columnOf(table, "adaptive_se")[1]).toEqual([1, null]);
    });
  });

  const meta = (more: object) => JSON.stringify({ name: "x", ...more });
  test.each<[string, Record<string, string>]>([
    ["nothing", {}],
    ["another schema", { "sessions/index.json": '{"schema_version": 2}' }],
    ["a list for an object", { "sessions/index.json": "[]" }],
    [
      "a circle",
      {
        "sessions/a/meta.json": meta({ parent_session_id: "b" }),
        "sessions/b/meta.json": meta({ parent_session_id: "a" }),
      },
    ],
    [
      "a step that is none",
      { "sessions/a/meta.json": meta({ runs: [{ id: "r", from_step: -1 }] }) },
    ],
    ["a name of escapes", { "sessions/a/meta.json": '{"name": "\\u001b[2J"}' }],
    [
      "weights that are none",
      {
        "sessions/a/meta.json": meta({}),
        "sessions/a/plastic_state.safetensors": "x".repeat(100),
      },
    ],
    [
      "events that are none",
      {
        "sessions/a/meta.json": meta({}),
        "sessions/a/update_events.jsonl": "{",
      },
    ],
    [
      "steps that go back",
      {
        "sessions/a/meta.json": meta({}),
        "sessions/a/runs/r/per_step.csv": "t,base_se\n1,1\n0,1\n",
      },
    ],
    [
      "rows of other columns",
      {
        "sessions/a/meta.json": meta({}),
        "sessions/a/runs/r/per_step.csv": "t,base_se\n1\n",
      },
    ],
  ])("with %s is refused, and nothing is taken", async (_, files) => {
    const before = store.sessions.list().length;
    const made = make({ "sessions/index.json": index([]), ...files });
    if (Object.keys(files).length === 0) writeFileSync(join(made, "sessions/index.json"), "");
    await expect(importArtifacts(store, made)).rejects.toMatchObject({ code: "ImportInvalid" });
    expect(store.sessions.list()).toHaveLength(before);
  });
});
