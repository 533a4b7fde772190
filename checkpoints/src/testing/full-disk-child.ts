// Fills the small disk that holds its folder, then makes room. Prints what it saw.
import { readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openStore } from "../store.js";
import { checkpointInput, lossRows, metricsStream, runInput, sessionInput } from "./fixtures.js";

const folder = process.argv[2]!;
const store = await openStore({ from: folder });
const session = await store.writer.createSession(sessionInput("sonnets"));
const run = await store.writer.startRun(runInput(session.id));
const save = (step: number) => {
  const weights = Array.from({ length: 100_000 }, () => Math.random());
  const more = { runId: run.id, trigger: "auto" as const };
  return store.writer.saveCheckpoint(checkpointInput(session.id, step, { weights }, more));
};
const refusal = (work: Promise<unknown>) =>
  work.then(
    () => null,
    (error: { code?: string; data?: object; message: string }) => error,
  );

let step = 0;
let saving;
do saving = await refusal(save(++step));
while (!saving && step < 100);
const saved = store.checkpoints.list(session.id);
const packsWhenFull = readdirSync(join(store.path, "packs")).length;

// Take the last bytes too: what is left is less than a page of the log or of a segment.
const ballast = join(folder, "ballast");
let blocks = 0;
const fill = () => writeFileSync(`${ballast}-${blocks++}`, new Uint8Array(4096));
try {
  for (;;) fill();
} catch (error) {
  if ((error as NodeJS.ErrnoException).code !== "ENOSPC") throw error;
}
let row = 0;
let appending;
do {
  row += 1;
  const chunk = metricsStream(lossRows(row, row, 1));
  appending = await refusal(store.writer.appendMetrics({ runId: run.id, chunk }));
} while (!appending && row < 5000);

for (let block = 0; block < blocks; block++) rmSync(`${ballast}-${block}`, { force: true });
const thinned = await store.writer.thinKeyframes(session.id, { budgetBytes: 0, keepNewest: 2 });
const chunk = metricsStream(lossRows(row, row, 1));
await store.writer.appendMetrics({ runId: run.id, chunk });
await save(step);
for (const { id } of store.checkpoints.list(session.id)) await store.readTensors(id);
await store.writer.finishRun({ runId: run.id, status: "completed", step });
const rows = (await store.readMetrics(session.id)).numRows;
const steps = store.checkpoints.list(session.id).map((checkpoint) => checkpoint.step);
const losses = store.events.list(session.id).filter((event) => event.kind === "rows_lost");
await store.close();
const report = {
  saving,
  appending,
  savedSteps: saved.map((checkpoint) => checkpoint.step),
  failedStep: step,
  packsWhenFull,
  thinned: thinned.removed,
  steps,
  rows,
  failedRow: row,
  losses,
};
console.log(JSON.stringify(report));
