// Writes one of each to a store, under strace: each act between two lines on standard output.
import { writeSync } from "node:fs";
import { join } from "node:path";
import { openContext } from "../writer/open-context.js";
import { operationsOf } from "../writer/operations.js";
import { checkpointInput, lossRows, metricsStream } from "./fixtures.js";

const [folder, sessionId, runId] = process.argv.slice(2) as [string, string, string];
const context = openContext(join(folder, ".forkpoint"));
const store = operationsOf(context);
const begun = store.startRun({
  ...{ sessionId, mode: "resumed", fromStep: 0, targetStep: 10, seed: 1, engine: runId },
});
const save = (step: number) =>
  store.saveCheckpoint(
    checkpointInput(sessionId, step, { w: [step, step] }, { runId: begun.id, trigger: "auto" }),
  );
// Large enough for many writes, of which some go past the page cache.
const large = Array.from({ length: 1_200_000 }, (_, at) => at);
await save(0);
await save(1);
const acts: Record<string, () => unknown> = {
  save: () => save(2),
  large: () => store.saveCheckpoint(checkpointInput(sessionId, 2, { large }, { runId: begun.id })),
  blob: () => store.saveBlob(Buffer.from("Shall I compare thee")),
  event: () => store.appendEvent({ sessionId, kind: "commit", data: {} }),
  rows: () => store.appendMetrics({ runId: begun.id, chunk: metricsStream(lossRows(1, 2, 1)) }),
  flush: () => store.flush(),
  thin: () => store.thinKeyframes(sessionId, { budgetBytes: 0, keepNewest: 1 }),
  end: () => store.finishRun({ runId: begun.id, status: "completed", step: 2 }),
};
for (const [name, act] of Object.entries(acts)) {
  writeSync(1, `begin ${name}\n`);
  await act();
  writeSync(1, `done ${name}\n`);
}
