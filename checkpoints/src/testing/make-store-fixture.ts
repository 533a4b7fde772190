// Writes a small store of the schema that this code knows, as a packed folder: what migrations are
// tested from. Run it before the schema changes: node dist/testing/make-store-fixture.js OUT.tar.gz
import { execFileSync } from "node:child_process";
import { resolve } from "node:path";
import { openStore } from "../store.js";
import {
  checkpointInput,
  lossRows,
  metricsStream,
  runInput,
  sessionInput,
  temporaryFolder,
} from "./fixtures.js";

const out = resolve(process.argv[2]!);
const folder = temporaryFolder();
const store = await openStore({ from: folder.path });
const session = await store.writer.createSession(sessionInput("sonnets"));
const run = await store.writer.startRun(runInput(session.id));
const save = (
  step: number,
  trigger: "initial" | "auto" | "final",
  model?: { name: string; trainLoss: number },
) => {
  const tensors = { w: [step, 1], frozen: [1, 2, 3, 4] };
  const more = { runId: run.id, trigger, ...(model ? { model } : {}) };
  return store.writer.saveCheckpoint(checkpointInput(session.id, step, tensors, more));
};
await store.writer.appendMetrics({ runId: run.id, chunk: metricsStream(lossRows(0, 20, 1)) });
await save(0, "initial");
const fork = await save(10, "auto");
const thrown = await save(15, "auto", { name: "thrown away", trainLoss: 2 });
await save(20, "final", { name: "Model 1", trainLoss: 1 });
await store.writer.finishRun({ runId: run.id, status: "completed", step: 20 });
await store.writer.deleteModel(thrown.model!.id);
await store.writer.createSession(
  sessionInput("hot", {
    parentSessionId: session.id,
    forkStep: 10,
    forkCheckpointId: fork.checkpoint.id,
  }),
);
await store.writer.appendEvent({ sessionId: session.id, step: 10, kind: "fork", data: {} });
await store.writer.logValues({
  sessionId: session.id,
  rows: [{ step: 10, values: { probe: 1.5 } }],
});
const parents = { first: fork.checkpoint.id, second: thrown.checkpoint.id };
const merge = checkpointInput(session.id, 20, { w: [20, 2] }, { trigger: "merge", parents });
await store.writer.saveCheckpoint(merge);
await store.close();
const nobody = ["--owner=0", "--group=0", "--numeric-owner"];
execFileSync("tar", ["-C", folder.path, ...nobody, "-czf", out, ".forkpoint"]);
folder.remove();
