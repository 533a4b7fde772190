// A writer to be killed: does all that changes a store, in an order that its seed gives, and reports
// on its standard output, at once: `begun` before the first write of an operation, and what is
// acknowledged after it. With `dieAt` it kills itself at that call to the file system.
import { writeSync } from "node:fs";
import { listSessions } from "../catalog/sessions.js";
import { listRuns } from "../catalog/runs.js";
import { enterStore } from "../folder/front-gate.js";
import { fileSystem } from "../files/file-system.js";
import { openContext } from "../writer/open-context.js";
import { operationsOf } from "../writer/operations.js";
import { chanceFrom } from "./chance.js";
import { checkpointInput, lossRows, metricsStream, runInput, sessionInput } from "./fixtures.js";

const [folder, seed, dieAt] = process.argv.slice(2) as [string, string, string];
const chance = chanceFrom(Number(seed));
const report = (line: object): void => void writeSync(1, `${JSON.stringify(line)}\n`);

let operation = "";
let begun = false;
let calls = 0;
let counting = false;
const before = chance.below(2) === 0;
// Most die in what adds something; some while a run ends, a collection runs or something is purged.
const anywhere = chance.below(4) === 0;
const counted = (): boolean => /^(save|rows|blob)/.test(operation);
for (const [name, call] of Object.entries({ ...fileSystem })) {
  const known = call as (...words: unknown[]) => unknown;
  const watched = (...words: unknown[]): unknown => {
    if (!counting) return known(...words);
    if (!begun) report({ begun: operation });
    begun = true;
    calls += 1;
    const dies = Number(dieAt) > 0 && calls >= Number(dieAt) && (anywhere || counted());
    if (dies && before) process.kill(process.pid, "SIGKILL");
    const value = known(...words);
    if (dies) process.kill(process.pid, "SIGKILL");
    return value;
  };
  Object.assign(fileSystem, { [name]: watched });
}

const context = openContext(enterStore({ from: folder }));
const store = operationsOf(context);
const session = listSessions(context.db)[0] ?? store.createSession(sessionInput("sonnets"));
let step = listRuns(context.db, session.id).at(-1)?.lastStep ?? 0;
const start = (): string =>
  store.startRun(runInput(session.id, { mode: step ? "resumed" : "fresh", fromStep: step })).id;
let runId = start();
report({ run: runId });
const models: string[] = [];
const loose: string[] = [];

const rows = (extra: object): object => {
  const count = 1 + chance.below(3);
  const list = lossRows(step + 1, step + count, 1).map((row) => ({ ...row, ...extra }));
  store.appendMetrics({ runId, chunk: metricsStream(list) });
  step += count;
  return { rows: step, run: runId };
};
const save = async (name?: string): Promise<object> => {
  const weights = Array.from({ length: 60_000 }, (_, index) => step + index);
  const model = name === undefined ? {} : { model: { name, replace: true, trainLoss: 1 } };
  const input = checkpointInput(
    session.id,
    step,
    { weights, frozen: [1, 2, 3, 4] },
    { runId, trigger: "auto", ...model },
  );
  const saved = await store.saveCheckpoint(input);
  if (saved.model) models.push(saved.model.id);
  else loose.push(saved.checkpoint.id);
  return { checkpoint: saved.checkpoint.id, step };
};
const acts: Record<string, () => object | Promise<object>> = {
  rows: () => rows({}),
  "rows with a column": () => rows({ probe: step }),
  save: () => save(),
  "save a model": () => save(`Model ${1 + chance.below(3)}`),
  event: () => ({
    event: store.appendEvent({ sessionId: session.id, step, kind: "commit", data: { step } }).id,
  }),
  blob: () => ({ blob: store.saveBlob(Buffer.from(`corpus ${seed} ${step}`)) }),
  "trash and back": () => {
    const id = models.pop();
    if (
      id === undefined ||
      !context.db.prepare("SELECT 1 FROM models WHERE id = ? AND trash_id IS NULL").get(id)
    )
      return {};
    store.restoreModel(store.deleteModel(id).id);
    return { model: id };
  },
  purge: () => {
    // The first checkpoint of a timeline and the newest are needed.
    if (loose.length < 4) return {};
    const [id] = loose.splice(1 + chance.below(loose.length - 2), 1) as [string];
    report({ going: id });
    const [entry] = store.throwAway([{ kind: "checkpoint", id }]);
    store.purge([entry!.id]);
    return { gone: id };
  },
  collect: () => store.collect({ graceMs: 60_000, repackFrom: 1000 }),
  "collect all": () => {
    // Blobs that nothing names go at once.
    report({ going: "blobs" });
    store.collect({ graceMs: 0, repackFrom: 1000 });
    return {};
  },
  "another run": () => {
    store.finishRun({ runId, status: "completed", step });
    runId = start();
    return { run: runId };
  },
};
const often = ["rows", "rows", "rows", "save", "save", "save", "event", "event"];
const names = [...often, ...Object.keys(acts)];
// Every timeline can be replayed from its beginning.
if (step === 0) report({ acknowledged: "first save", ...(await save()) });
counting = true;
for (;;) {
  operation = chance.pick(names);
  begun = false;
  const done = await acts[operation]!();
  report({ acknowledged: operation, ...done });
}
