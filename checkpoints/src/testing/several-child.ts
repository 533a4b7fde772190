// One of several processes that open the same store at once, each writing to a session of its own.
import { openStore } from "../store.js";
import { checkpointInput, lossRows, metricsStream, runInput, sessionInput } from "./fixtures.js";

const [folder, name] = process.argv.slice(2) as [string, string];
const store = await openStore({ from: folder });
const session = await store.writer.createSession(sessionInput(name));
const run = await store.writer.startRun(runInput(session.id));
for (let step = 1; step <= 10; step++) {
  const chunk = metricsStream(lossRows(step, step, 1));
  await store.writer.appendMetrics({ runId: run.id, chunk });
  await store.writer.saveCheckpoint(
    checkpointInput(
      session.id,
      step,
      { shared: [step, 1, 2, 3], own: [Math.random()] },
      { runId: run.id, trigger: "auto" },
    ),
  );
  // What this collects, another process may be about to share.
  await store.writer.thinKeyframes(session.id, { budgetBytes: 0, keepNewest: 2 });
}
await store.writer.finishRun({ runId: run.id, status: "completed", step: 10 });
await store.close();
