// A trainer to be killed: saves checkpoints and appends metrics as fast as it can, and reports each
// acknowledged write as one line on its standard output, written at once.
import { writeSync } from "node:fs";
import { openStore } from "../store.js";
import { checkpointInput, lossRows, metricsStream, runInput, sessionInput } from "./fixtures.js";

const [folder, name] = process.argv.slice(2) as [string, string];
const store = await openStore({ from: folder });
const report = (line: object): void => void writeSync(1, `${JSON.stringify(line)}\n`);
const session =
  store.sessions.byName(name) ?? (await store.writer.createSession(sessionInput(name)));
const fromStep = store.runs.list(session.id).at(-1)?.lastStep ?? 0;
const run = await store.writer.startRun(
  runInput(session.id, { mode: fromStep === 0 ? "fresh" : "resumed", fromStep }),
);
report({ run: run.id });
for (let step = fromStep + 1; ; step++) {
  const rows = store.writer
    .appendMetrics({ runId: run.id, chunk: metricsStream(lossRows(step, step, 1)) })
    .then(() => report({ run: run.id, row: step }));
  const weights = Array.from({ length: 50_000 }, (_, index) => step + index);
  const { checkpoint } = await store.writer.saveCheckpoint(
    checkpointInput(
      session.id,
      step,
      { weights, frozen: [1, 2, 3, 4] },
      { runId: run.id, trigger: "auto" },
    ),
  );
  report({ checkpoint: checkpoint.id, step });
  await rows;
  if (step % 5 === 0) {
    await store.writer.thinKeyframes(session.id, { budgetBytes: Infinity, keepNewest: 1 });
  }
}
