// The store's side of bench/store.py: one thing a process, timed on request.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";
import { createRequire } from "node:module";
import { downsample, openStore, stateMemory } from "@forkpoint/checkpoints";

const store = createRequire(import.meta.resolve("@forkpoint/checkpoints"));
const { Float64, Int64, Table, tableToIPC, vectorFromArray } = await import(
  pathToFileURL(store.resolve("apache-arrow")).href
);
const BetterSqlite3 = store("better-sqlite3");

const [folder] = process.argv.slice(2);
const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const next = async () => {
  const { value, done } = await lines.next();
  return done ? null : JSON.parse(value);
};
const say = (value) => process.stdout.write(`${JSON.stringify(value)}\n`);
const peakMiB = () =>
  Number(/VmHWM:\s+(\d+)/.exec(readFileSync("/proc/self/status", "utf8"))[1]) / 1024;

const settings = { modelKind: "bench", modelConfig: "{}", trainingConfig: "{}", dataConfig: "{}" };
const state = { rng: {}, cursor: {}, blobs: {}, configs: {}, engine: "{}" };

function layOut({ layers, embed }) {
  const tensors = [];
  let offset = 0;
  for (const group of ["model", "optimizer/m", "optimizer/v"]) {
    for (let layer = 0; layer < layers; layer++) {
      const shapes = { c_attn: 3, c_proj: 1, c_fc: 4, c_out: 4 };
      for (const [name, times] of Object.entries(shapes)) {
        const shape = [embed, times * embed];
        const length = 4 * embed * embed * times;
        tensors.push({ name: `${group}/h.${layer}.${name}`, dtype: "F32", shape, offset, length });
        offset += length;
      }
    }
  }
  // As training hands its states over: memory that is used again and again.
  const whole = new Float32Array(stateMemory(offset));
  for (let at = 0; at < whole.length; at++) whole[at] = Math.sin(at);
  return { tensors, whole };
}

// Another content every time, in all tensors or in those of one layer.
function changed({ tensors, whole }, round, layer) {
  for (const { name, offset } of tensors) {
    if (layer === null || name.includes(`/h.${layer}.`)) whole[offset / 4] = round + 0.5;
  }
  return whole.buffer;
}

function rowsOf(from, count) {
  const steps = Array.from({ length: count }, (_, at) => BigInt(from + at));
  const column = (scale) =>
    vectorFromArray(
      Float64Array.from({ length: count }, (_, at) => scale / (from + at + 1)),
      new Float64(),
    );
  const table = new Table({
    step: vectorFromArray(steps, new Int64()),
    ...{ train_loss: column(1), validation_loss: column(2), learning_rate: column(3) },
    step_ms: column(4),
  });
  return tableToIPC(table, "stream");
}

const run = (sessionId) => ({
  ...{ sessionId, mode: "fresh", fromStep: 0, targetStep: 1_000_000, seed: 1, engine: "{}" },
});

async function millionRows(at) {
  const session = await at.writer.createSession({ ...settings, name: "million" });
  const { id } = await at.writer.startRun(run(session.id));
  for (let from = 0; from < 1e6; from += 50_000) {
    await at.writer.appendMetrics({ runId: id, chunk: rowsOf(from, 50_000) });
  }
  await at.writer.finishRun({ runId: id, status: "completed", step: 999_999 });
  return session.id;
}

async function fullCatalog() {
  const path = join(folder, ".forkpoint");
  const at = await openStore({ path });
  await at.writer.createSession({ ...settings, name: "s0" });
  await at.close();
  const db = new BetterSqlite3(join(path, "catalog.sqlite"));
  const session = db.prepare(
    `INSERT INTO sessions (id, root_session_id, fork_step, fork_run_number, model_kind, model_config,
       training_config, data_config, created_at) VALUES (?, ?, 0, 0, 'bench', '{}', '{}', '{}', '')`,
  );
  const name = db.prepare("INSERT INTO session_names (name, session_id) VALUES (?, ?)");
  const checkpoint = db.prepare(
    `INSERT INTO checkpoints (id, session_id, after_run, step, kind, trigger, digest, bytes, state,
       engine, created_at) VALUES (?, ?, 0, ?, 'hard', 'auto', '', 1, '{}', '{}', '')`,
  );
  db.transaction(() => {
    for (let at = 1; at < 1000; at++) {
      session.run(`s${at}`, `s${at}`);
      name.run(`s${at}`, `s${at}`);
    }
    for (let at = 0; at < 10_000; at++) checkpoint.run(`c${at}`, `s${1 + (at % 999)}`, at);
  })();
  db.close();
  return path;
}

async function prepare({ what, side, ...shape }) {
  if (what.startsWith("open")) {
    const path = await fullCatalog();
    return async () => {
      const began = performance.now();
      const at = await openStore({ path });
      const ms = performance.now() - began;
      if (at.sessions.list().length !== 1000) throw new Error("not all sessions are there");
      await at.close();
      return ms;
    };
  }
  if (what.endsWith("pixels")) {
    const steps = Float64Array.from({ length: 1e6 }, (_, at) => at);
    const values = steps.map((step) => Math.sin(step / 1000) + Math.random());
    return () => {
      const began = performance.now();
      downsample({ steps, values }, 2000);
      return performance.now() - began;
    };
  }
  const at = await openStore({ path: join(folder, ".forkpoint") });
  if (what.startsWith("1,000 rows")) {
    const id = await millionRows(at);
    return async (round) => {
      const from = 1000 + round * 40_000;
      const range = side.endsWith("whole file") ? {} : { from, to: from + 999 };
      const began = performance.now();
      await at.readMetrics(id, range);
      return performance.now() - began;
    };
  }
  const session = await at.writer.createSession({ ...settings, name: "bench" });
  if (what.startsWith("a metrics row")) {
    const { id } = await at.writer.startRun(run(session.id));
    return async (round) => {
      const chunks = Array.from({ length: 200 }, (_, step) => rowsOf(round * 200 + step, 1));
      const began = performance.now();
      // A run goes on while its rows are written.
      if (what.endsWith("in a run"))
        await Promise.all(chunks.map((chunk) => at.writer.appendMetrics({ runId: id, chunk })));
      else for (const chunk of chunks) await at.writer.appendMetrics({ runId: id, chunk });
      return (performance.now() - began) / 200;
    };
  }
  const model = layOut(shape);
  const save = (round, layer) => {
    const buffer = changed(model, round, layer);
    const { tensors } = model;
    const place = { sessionId: session.id, runId: null, step: round, trigger: "manual" };
    const began = performance.now();
    return at.writer
      .saveCheckpoint({ ...place, state, buffer, tensors })
      .then(({ checkpoint }) => ({ ms: performance.now() - began, id: checkpoint.id }));
  };
  const first = await save(0, null);
  if (what.startsWith("restore")) {
    // As an engine brings its states back: to memory that held the last one.
    const space = { buffer: model.whole.buffer, tensors: model.tensors };
    return async () => {
      const began = performance.now();
      if (side.endsWith("new memory")) await at.readTensors(first.id);
      else await at.readTensors(first.id, space);
      return performance.now() - began;
    };
  }
  const layer = what.includes("one layer") ? 1 : null;
  return async (round) => (await save(round + 1, layer)).ms;
}

const act = await prepare(await next());
say({ ready: true });
for (let request = await next(); request; request = await next()) {
  say({ ms: await act(request.round), peakMiB: peakMiB() });
}
process.exit(0);
