import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { write } from "../catalog/connection.js";
import { insertEvent } from "../catalog/events.js";
import { cleanName } from "../catalog/names.js";
import { endRun, insertRun } from "../catalog/runs.js";
import { insertSession, sessionByName } from "../catalog/sessions.js";
import type { SessionAttributes } from "../catalog/sessions.js";
import { ImportInvalid } from "../errors/exchange-errors.js";
import { StoreError } from "../errors/store-error.js";
import { STORE_FOLDER } from "../folder/layout.js";
import { enterStore } from "../folder/front-gate.js";
import { newId } from "../ids.js";
import { metricsChunk } from "../metrics/chunk.js";
import { sealRows } from "../metrics/seal.js";
import { appendRows, closeSegments } from "../metrics/segment-writer.js";
import type { Store } from "../store.js";
import { storeBlob } from "../tensors/blobs.js";
import { saveCheckpoint } from "../tensors/save.js";
import type { WriterContext } from "../writer/context.js";
import { finishContext, openContext } from "../writer/open-context.js";
import { ARTIFACTS } from "./artifacts.js";
import type { ArtifactsEvent, ArtifactsMeta } from "./artifacts.js";
import type { Taken } from "./history.js";
import { metricsOfRun } from "./artifacts-metrics.js";
import {
  isId,
  isObject,
  jsonText,
  linesIn,
  partsOf,
  stepOf,
  textIn,
  timeOf,
} from "./artifacts-parts.js";
import type { Facts, Part } from "./artifacts-parts.js";
import { withSafetensors } from "./numbers.js";
import { tensorsOfPt } from "./pt.js";

/** What an import of artifacts took, and what it could not. */
export interface TakenArtifacts extends Taken {
  /** A sentence for each thing left out. */
  leftOut: string[];
}

/**
 * Takes the sessions of an artifacts folder in: facts, newest state, metrics, events. States in the
 * older `.pt` files are read by a Python that has PyTorch (FORKPOINT_TORCH_PYTHON, else python3), as
 * weights only; where there is none they are left out, by name.
 *
 * @throws ImportInvalid, ImportConflict, StoreWriteFailed; then nothing was taken
 * @example (await importArtifacts(store, "artifacts")).leftOut
 */
export async function importArtifacts(store: Store, folder: string): Promise<TakenArtifacts> {
  const from = resolve(folder);
  const staging = mkdtempSync(join(tmpdir(), "forkpoint-artifacts-"));
  const leftOut: string[] = [];
  try {
    const path = join(staging, STORE_FOLDER);
    let context: WriterContext | undefined;
    try {
      context = openContext(enterStore({ from: staging, path }));
      const parts = partsOf(from);
      takeSessions(context, parts);
      takeRuns(context, parts);
      for (const part of parts) await takeState(context, store, part, leftOut);
    } catch (error) {
      if (error instanceof StoreError && error.code === "StoreWriteFailed") throw error;
      const reason = (error as Error).message.slice(0, 300);
      throw new ImportInvalid({ file: from, reason }, { cause: error });
    } finally {
      if (context) await finishContext(context);
    }
    return { ...(await store.writer.adopt({ path })), leftOut };
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
}

function takeSessions({ db }: WriterContext, parts: readonly Part[]): void {
  const roots = new Map<string, string>();
  write(db, () => {
    for (const { meta, id, parent } of parts) {
      const root = parent === null ? id : (roots.get(parent) ?? parent);
      roots.set(id, root);
      insertSession(db, {
        id,
        name: freeName(db, meta.name ?? id),
        parentSessionId: parent,
        rootSessionId: root,
        forkStep: parent === null ? 0 : stepOf(meta.fork_step ?? 0),
        forkCheckpointId: null,
        modelKind: String(meta.model_kind ?? "ttt-ssm").slice(0, 100),
        modelConfig: JSON.stringify(meta.model_config ?? {}),
        trainingConfig: JSON.stringify(meta.training_config ?? {}),
        dataConfig: JSON.stringify(meta.data_config ?? {}),
        attributes: attributesOf(meta),
        createdAt: timeOf(meta),
      });
    }
  });
}

const OLDER_ATTRIBUTES = ["env_mode", "mu", "model_signature"];

function attributesOf(meta: Partial<ArtifactsMeta>): SessionAttributes {
  const given = typeof meta.attributes === "object" ? { ...meta.attributes } : {};
  const older = Object.entries(meta).filter(([name]) => OLDER_ATTRIBUTES.includes(name));
  const plain = [...older, ...Object.entries(given)].filter(
    ([, value]) => value === null || ["string", "number", "boolean"].includes(typeof value),
  );
  return Object.fromEntries(plain) as SessionAttributes;
}

function freeName(db: WriterContext["db"], given: unknown): string {
  const clean = cleanName(given, "session");
  for (let number = 1; ; number++) {
    const name = number === 1 ? clean : `${clean}-${number}`;
    if (!sessionByName(db, name)) return name;
  }
}

const MODES = ["fresh", "resumed", "forked"] as const;
const ENDS = ["completed", "interrupted", "failed"] as const;

function takeRuns(context: WriterContext, parts: readonly Part[]): void {
  const { db, lease } = context;
  const all = parts.flatMap((part) => part.runs.map((entry) => ({ ...entry, part })));
  all.sort((a, b) => (a.run.number ?? 0) - (b.run.number ?? 0));
  const numbers: [old: number, now: number][] = [];
  for (const { run, id, given, part } of all) {
    const chunk = metricsOfRun(part.folder, given, textIn);
    const rows = chunk && metricsChunk(chunk);
    const first = rows && rows.rows > 0 ? rows.firstStep : 0;
    const fromStep = stepOf(run.from_step ?? Math.max(0, first - 1));
    const startedAt = timeOf({ created_at: String(run.started_at ?? part.meta.created_at) });
    write(db, () => {
      insertRun(db, {
        ...{ id, sessionId: part.id, fromStep, targetStep: stepOf(run.target_step ?? 0) },
        mode: MODES.find((mode) => mode === run.mode) ?? (fromStep === 0 ? "fresh" : "resumed"),
        seed: Number.isSafeInteger(run.seed) ? run.seed! : 0,
        engine: typeof run.engine === "string" ? jsonText(run.engine) : "{}",
        ...{ startedAt, holder: lease.id, pid: process.pid },
      });
    });
    if (rows) appendRows(context, "metrics", id, rows);
    write(db, () =>
      endRun(db, {
        ...{ id, step: stepOf(run.last_step ?? rows?.lastStep ?? fromStep) },
        status: ENDS.find((status) => status === run.status) ?? "completed",
        error: (run.error ?? null) as null,
        summary: (run.summary ?? null) as null,
        endedAt: timeOf({ created_at: String(run.ended_at ?? startedAt) }),
      }),
    );
    closeSegments(context, id);
    sealRows(context, id, "metrics");
    const now = db.prepare("SELECT number FROM runs WHERE id = ?").pluck().get(id) as number;
    numbers.push([run.number ?? now, now]);
  }
  const setFork = db.prepare("UPDATE sessions SET fork_run_number = ? WHERE id = ?");
  for (const { id, meta } of parts) {
    const known = meta.fork_run_number ?? Number.MAX_SAFE_INTEGER;
    setFork.run(Math.max(0, ...numbers.map(([old, now]) => (old <= known ? now : 0))), id);
    takeEvents(context, parts, id);
  }
}

function takeEvents({ db }: WriterContext, parts: readonly Part[], sessionId: string): void {
  const { folder, meta, runs } = parts.find(({ id }) => id === sessionId)!;
  const lines = linesIn(join(folder, ARTIFACTS.events));
  const runIds = new Map(runs.map(({ given, id }) => [given, id]));
  const seen = new Set<string>();
  write(db, () => {
    for (const line of lines) {
      const fact = JSON.parse(line) as Partial<ArtifactsEvent> & Facts;
      if (typeof fact !== "object" || fact === null)
        throw new SyntaxError("an event of it is none");
      const ours = typeof fact.id === "string" && isId(fact.id) && !seen.has(fact.id);
      const id = ours ? fact.id! : newId();
      seen.add(id);
      const kind = String(fact.kind ?? fact["type"] ?? "update");
      insertEvent(db, {
        ...{ id, sessionId, runId: runIds.get(String(fact.run_id)) ?? null },
        step: Number.isSafeInteger(fact.step) ? fact.step! : null,
        kind: /^[a-z][a-z0-9_]{0,63}$/.test(kind) ? kind : "update",
        // A line of another make is kept as it is.
        data: ours && isObject(fact.data) ? fact.data : { ...fact },
        createdAt: timeOf({ created_at: String(fact.created_at ?? meta.created_at) }),
      });
    }
  });
}

async function takeState(
  context: WriterContext,
  store: Store,
  { folder, meta, id }: Part,
  leftOut: string[],
): Promise<void> {
  const named = (
    prefix: string,
    file: string,
  ): [string, { shape: number[]; values: Float32Array }][] => {
    const path = join(folder, file);
    const old = path.replace(/\.safetensors$/, ".pt");
    if (statSync(path, { throwIfNoEntry: false })) {
      return withSafetensors(path, ({ header, read }) =>
        [...header.entries.keys()].map((name) => [prefix + name, read(name)]),
      );
    }
    if (!statSync(old, { throwIfNoEntry: false })) return [];
    const found = tensorsOfPt(old);
    if (typeof found === "string") {
      leftOut.push(`${old}: ${found}`);
      return [];
    }
    return [...found].map(([name, tensor]) => [prefix + name, tensor]);
  };
  const found = [...named("model/", ARTIFACTS.weights), ...named("optimizer/", ARTIFACTS.moments)];
  if (found.length === 0) return;
  const { state } = meta;
  const blobs: Record<string, string> = {};
  for (const [name, digest] of Object.entries(state?.blobs ?? {})) {
    try {
      blobs[name] = storeBlob(context, await store.readBlob(String(digest)));
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      leftOut.push(`${folder}: its ${name}, which this store has not and the layout does not hold`);
    }
  }
  let offset = 0;
  const tensors = found.map(([name, { shape, values }]) => {
    const slice = { name, dtype: "F32" as const, shape, offset, length: values.byteLength };
    offset += slice.length;
    return slice;
  });
  const buffer = new ArrayBuffer(offset);
  for (const [at, [, { values }]] of found.entries()) {
    new Float32Array(buffer).set(values, tensors[at]!.offset / 4);
  }
  const last = context.db.prepare("SELECT max(last_step) FROM runs WHERE session_id = ?").pluck();
  const saved = await saveCheckpoint(context, {
    ...{ sessionId: id, runId: null, trigger: "manual", tensors, buffer },
    step: stepOf(state?.step ?? last.get(id) ?? 0),
    state: {
      ...{ rng: state?.rng ?? {}, cursor: state?.cursor ?? {}, configs: state?.configs ?? {} },
      ...{ blobs, engine: jsonText(state?.engine ?? "{}") },
    },
  });
  const at = timeOf({ created_at: String(state?.created_at ?? meta.created_at) });
  const setTime = context.db.prepare("UPDATE checkpoints SET created_at = ? WHERE id = ?");
  setTime.run(at, saved.checkpoint.id);
}
