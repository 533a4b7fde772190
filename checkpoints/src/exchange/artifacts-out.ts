import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import type { Table } from "apache-arrow";
import { openForReading } from "../catalog/connection.js";
import type { Catalog } from "../catalog/connection.js";
import { listEvents } from "../catalog/events.js";
import { listRuns } from "../catalog/runs.js";
import { listSessions } from "../catalog/sessions.js";
import type { SessionRow } from "../catalog/sessions.js";
import { latestCheckpoint } from "../catalog/visible.js";
import { ExportTaken } from "../errors/exchange-errors.js";
import { StoreError } from "../errors/store-error.js";
import { asWriteError } from "../errors/system-error.js";
import { renameDurably, writeDurably } from "../files/durable.js";
import { newId } from "../ids.js";
import { readRun } from "../metrics/along.js";
import { isTextType, isValueType, joinStretches, stepsOf } from "../metrics/columns.js";
import { tableFromParquet } from "../metrics/parquet.js";
import { readSegment } from "../metrics/segment-reader.js";
import type { Store } from "../store.js";
import { restoreState } from "../tensors/restore.js";
import type { RestoredState } from "../tensors/restore.js";
import { encodeHeader } from "../tensors/safetensors.js";
import { ARTIFACTS, PER_STEP } from "./artifacts.js";
import type { ArtifactsEvent, ArtifactsMeta, ArtifactsMetrics, ArtifactsRun } from "./artifacts.js";
import { curvePicture } from "./curve-picture.js";

/**
 * Writes the sessions of a store in the artifacts layout: of each its facts, its newest state, what
 * its runs measured, its events, and a picture of each run. Earlier checkpoints, snapshots, the model
 * library and corpora have no place in it.
 *
 * @returns the folder, absolute
 * @throws ExportTaken, MetricsDamaged, CheckpointDamaged, TensorDamaged, StoreWriteFailed
 * @example await exportArtifacts(store, "artifacts");
 */
export async function exportArtifacts(
  { path: store }: Pick<Store, "path">,
  folder: string,
): Promise<string> {
  const path = resolve(folder);
  if (existsSync(path)) throw new ExportTaken({ path });
  const part = join(dirname(path), `.${newId()}.part`);
  const db = openForReading(store);
  try {
    db.exec("BEGIN");
    mkdirSync(join(part, ARTIFACTS.sessions), { recursive: true, mode: 0o700 });
    const sessions = listSessions(db);
    await writeBase(db, store, part, sessions);
    for (const session of sessions) await writeSession(db, store, part, session);
    writeJson(join(part, ARTIFACTS.sessions, ARTIFACTS.index), {
      schema_version: 1,
      sessions: sessions.map(({ id, name, parentSessionId }) => ({
        ...{ id, name, parent_session_id: parentSessionId },
      })),
    });
    renameDurably(part, path);
    return path;
  } catch (error) {
    rmSync(part, { recursive: true, force: true });
    throw error instanceof StoreError ? error : asWriteError(error, path);
  } finally {
    db.close();
  }
}

// The base of all sessions is what the first of them began with.
async function writeBase(
  db: Catalog,
  store: string,
  part: string,
  sessions: readonly SessionRow[],
): Promise<void> {
  const first = db
    .prepare(
      `SELECT c.id FROM checkpoints c JOIN sessions s ON s.id = c.session_id
       WHERE s.parent_session_id IS NULL AND c.trash_id IS NULL ORDER BY s.number, c.step, c.number LIMIT 1`,
    )
    .pluck()
    .get() as string | undefined;
  if (first === undefined) return;
  const state = await restoreState(db, store, first);
  const folder = join(part, ARTIFACTS.base);
  mkdirSync(folder);
  writeTensors(join(folder, ARTIFACTS.baseWeights), state, "model/");
  const { step, digest } = state.manifest;
  const { modelKind, modelConfig } = sessions.find((session) => session.parentSessionId === null)!;
  writeJson(join(folder, ARTIFACTS.baseMeta), {
    ...{ schema_version: 1, step, digest, model_kind: modelKind },
    model_config: JSON.parse(modelConfig),
  });
}

async function writeSession(
  db: Catalog,
  store: string,
  part: string,
  session: SessionRow,
): Promise<void> {
  const { id } = session;
  const folder = join(part, ARTIFACTS.sessions, id);
  mkdirSync(join(folder, ARTIFACTS.runs), { recursive: true });
  const newest = latestCheckpoint(db, id);
  let state: ArtifactsMeta["state"] = null;
  if (newest) {
    const restored = await restoreState(db, store, newest.id);
    writeTensors(join(folder, ARTIFACTS.weights), restored, "model/");
    writeTensors(join(folder, ARTIFACTS.moments), restored, "optimizer/");
    const { step, digest, rng, cursor, configs, blobs, engine } = restored.manifest;
    const { trigger, createdAt: created_at } = newest;
    state = { step, digest, trigger, created_at, rng, cursor, configs, blobs, engine };
  }
  const numbers = db.prepare("SELECT number FROM runs WHERE id = ?").pluck();
  const runs = listRuns(db, id).map((run): ArtifactsRun => ({
    ...{ id: run.id, number: numbers.get(run.id) as number, mode: run.mode, status: run.status },
    ...{ from_step: run.fromStep, target_step: run.targetStep, last_step: run.lastStep },
    ...{ seed: run.seed, engine: run.engine, error: run.error, summary: run.summary },
    ...{ started_at: run.startedAt, ended_at: run.endedAt },
  }));
  const forkRun = db.prepare("SELECT fork_run_number FROM sessions WHERE id = ?").pluck().get(id);
  const meta: ArtifactsMeta = {
    ...{ schema_version: 1, id, name: session.name, parent_session_id: session.parentSessionId },
    ...{ fork_step: session.forkStep, fork_run_number: forkRun as number },
    model_kind: session.modelKind,
    model_config: JSON.parse(session.modelConfig),
    training_config: JSON.parse(session.trainingConfig),
    data_config: JSON.parse(session.dataConfig),
    attributes: session.attributes,
    ...{ created_at: session.createdAt, state, runs },
  };
  writeJson(join(folder, ARTIFACTS.meta), meta);
  const events = listEvents(db, id).map((event): ArtifactsEvent => ({
    ...{ id: event.id, run_id: event.runId, step: event.step, kind: event.kind },
    ...{ data: event.data, created_at: event.createdAt },
  }));
  const lines = events.map((event) => `${JSON.stringify(event)}\n`).join("");
  writeDurably(join(folder, ARTIFACTS.events), [Buffer.from(lines)]);
  const metrics: ArtifactsMetrics = { format: "forkpoint-metrics-1", runs: {} };
  for (const run of runs) {
    const table = await tableOf(db, store, run.id);
    metrics.runs[run.id] = { columns: columnsOf(table) };
    writeRun(
      join(folder, ARTIFACTS.runs, run.id),
      table,
      events.filter((event) => event.run_id === run.id),
    );
  }
  writeJson(join(folder, ARTIFACTS.metrics), metrics);
}

function writeRun(folder: string, table: Table, events: readonly ArtifactsEvent[]): void {
  mkdirSync(folder);
  writeJson(join(folder, ARTIFACTS.runEvents), events);
  const steps = stepsOf(table);
  const columns = PER_STEP.slice(1).map((name) => numbersIn(table, name));
  const rows = Array.from(steps, (step, row) =>
    [step, ...columns.map((values) => values?.[row] ?? "")].join(","),
  );
  const text = [PER_STEP.join(","), ...rows, ""].join("\n");
  writeDurably(join(folder, ARTIFACTS.perStep), [Buffer.from(text)]);
  const shown = numbersIn(table, "adaptive_se") ?? numbersIn(table, "train_loss") ?? [];
  const values = Float64Array.from(steps, (_, row) => shown[row] ?? Number.NaN);
  writeDurably(join(folder, ARTIFACTS.picture), [curvePicture({ steps, values })]);
}

async function tableOf(db: Catalog, store: string, runId: string): Promise<Table> {
  const tables = await readRun(db, store, runId, "metrics", {
    sealed: (file) => tableFromParquet(readFileSync(file)),
    segment: (file) => readSegment(readFileSync(file)),
  });
  return joinStretches([{ tables, from: 0, to: Number.MAX_SAFE_INTEGER }]);
}

function numbersIn(table: Table, name: string): (number | null)[] | null {
  const column = table.getChild(name);
  return column && isValueType(column.type) ? [...column] : null;
}

function columnsOf(table: Table): Record<string, (number | string | null)[]> {
  return Object.fromEntries(
    table.schema.fields.map(({ name, type }) => {
      const values = [...table.getChild(name)!] as (number | bigint | string | null)[];
      if (isTextType(type)) return [name, values as string[]];
      return [name, values.map((value) => (value === null ? null : jsonNumber(Number(value))))];
    }),
  );
}

// JSON has no word for these.
function jsonNumber(value: number): number | string {
  return Number.isFinite(value) ? value : String(value);
}

function writeTensors(file: string, { manifest, tensors }: RestoredState, prefix: string): void {
  const chosen = manifest.tensors.filter(({ name }) => name.startsWith(prefix));
  const entries = chosen.map(({ name, dtype, shape, length }) => ({
    ...{ name: name.slice(prefix.length), dtype, shape, length },
  }));
  const parts = chosen.map(({ name }) => tensors.get(name)!);
  writeDurably(file, [encodeHeader(entries, { format: "pt" }), ...parts]);
}

function writeJson(file: string, value: unknown): void {
  writeDurably(file, [Buffer.from(`${JSON.stringify(value, null, 2)}\n`)]);
}
