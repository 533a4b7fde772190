import { readFileSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import type { CheckpointRow } from "../catalog/checkpoints.js";
import type { ModelRow } from "../catalog/models.js";
import type { SessionRow } from "../catalog/sessions.js";
import { ImportInvalid } from "../errors/exchange-errors.js";
import { OptionInvalid } from "../errors/folder-errors.js";
import { StoreError } from "../errors/store-error.js";
import type { Store } from "../store.js";
import type { TensorSlice } from "../tensors/pack.js";
import { sha256 } from "../hashing/digests.js";
import { stateDocument } from "../tensors/state.js";
import type { StateInput } from "../tensors/state.js";
import { MODEL_FILES, MOMENTS, WEIGHTS } from "./model-out.js";
import type { ModelAbout } from "./model-out.js";
import { withSafetensors } from "./numbers.js";
import type { ReadTensor } from "./numbers.js";
import { torchLayout, transposed } from "./torch-layout.js";
import type { TorchLayout } from "./torch-layout.js";

/** What an import of a model made. */
export interface ImportedModel {
  session: SessionRow;
  checkpoint: CheckpointRow;
  model: ModelRow;
  /** Whether AdamW's moments came along; else they are zero. */
  moments: boolean;
}

const ABOUT_LIMIT = 16 * 2 ** 20;
const BLOB_LIMIT = 4 * 2 ** 30;

// What the weights are for: a model here, its settings and the shapes of its tensors.
interface Frame {
  session: Pick<SessionRow, "modelKind" | "modelConfig" | "trainingConfig" | "dataConfig">;
  state: StateInput;
  step: number;
  /** By name; [in, out]. */
  shapes: Map<string, number[]>;
  layout: TorchLayout;
}

/**
 * Takes a model in, as a new session with a checkpoint and an entry of the library: a folder that
 * exportModel wrote (its weights may have been trained elsewhere since), or a safetensors file of a
 * model like one here, under nanoGPT's or GPT-2's names, in F32, F16, BF16 or F64.
 *
 * @param path the folder, or the file
 * @param options `name`: of the session and the model; `like`: for a bare file, the id of a session
 *   whose settings, corpus and tokenizer it takes
 * @throws ImportInvalid, NameTaken, NameInvalid, OptionInvalid, SessionNotFound, StoreWriteFailed
 * @example await importModel(store, "gpt2.safetensors", { name: "from torch", like: session.id });
 */
export async function importModel(
  store: Store,
  path: string,
  options: { name: string; like?: string },
): Promise<ImportedModel> {
  const from = resolve(path);
  const isFolder = statSync(from, { throwIfNoEntry: false })?.isDirectory() ?? false;
  if (!isFolder && options.like === undefined) {
    const reason = "must name a session for a file without a model.json beside it";
    throw new OptionInvalid({ option: "like", reason });
  }
  const invalid = (error: unknown): unknown => {
    // What cannot be part of a state came out of the file.
    if (error instanceof StoreError && !(error instanceof OptionInvalid)) return error;
    const { code, message } = error as NodeJS.ErrnoException;
    const reason = code === "ENOENT" ? "it is not there, or a part of it" : message;
    return new ImportInvalid({ file: from, reason: reason.slice(0, 300) }, { cause: error });
  };
  let frame: Frame;
  let weights: Map<string, Float32Array>;
  let moments: Map<string, Float32Array> | null;
  const blobs: Uint8Array[] = [];
  try {
    frame = isFolder ? frameOfFolder(from, blobs) : frameLike(store, options.like!);
    stateDocument(frame.step, [], frame.state);
    weights = readWeights(isFolder ? join(from, MODEL_FILES.weights) : from, frame);
    moments = isFolder ? readMoments(join(from, MODEL_FILES.moments), frame) : null;
  } catch (error) {
    throw invalid(error);
  }
  for (const blob of blobs) await store.writer.saveBlob(blob);
  const { writer } = store;
  const { buffer, tensors } = laidOut(frame, weights, moments);
  const session = await writer.createSession({ ...frame.session, name: options.name });
  try {
    const saved = await writer.saveCheckpoint({
      ...{ sessionId: session.id, runId: null, step: frame.step, trigger: "manual" },
      ...{ state: frame.state, buffer, tensors },
      model: { name: options.name, trainLoss: null },
    });
    return {
      ...{ session, checkpoint: saved.checkpoint, model: saved.model! },
      moments: moments !== null,
    };
  } catch (error) {
    // All of it comes, or nothing.
    const [entry] = await store.trash.put([{ kind: "session", id: session.id }]);
    await store.trash.purge([entry!.id]);
    throw error;
  }
}

function frameOfFolder(folder: string, blobs: Uint8Array[]): Frame {
  const text = readLimited(join(folder, MODEL_FILES.about), ABOUT_LIMIT);
  const about = JSON.parse(text.toString("utf8")) as ModelAbout;
  if (about?.format !== "forkpoint-model-1")
    throw new SyntaxError("its model.json is of no kind known");
  const layout = layoutOf(about.model_kind);
  const found: Record<string, string> = {};
  for (const [name, file] of Object.entries(about.blobs)) {
    // Only a digest becomes a name on disk.
    const digest = /^blob-([0-9a-f]{64})$/.exec(String(file))?.[1];
    if (!digest) throw new SyntaxError(`its blob "${name}" has no name of a blob`);
    const bytes = readLimited(join(folder, `blob-${digest}`), BLOB_LIMIT);
    if (sha256(bytes) !== digest) throw new SyntaxError(`its blob "${name}" is damaged`);
    blobs.push(bytes);
    found[name] = digest;
  }
  const { rng, cursor, configs, engine, step } = about;
  const shapes = new Map<string, number[]>();
  for (const { name, shape } of about.tensors) {
    const whole =
      Array.isArray(shape) && shape.every((size) => Number.isSafeInteger(size) && size > 0);
    if (typeof name !== "string" || !whole) throw new SyntaxError("its list of tensors is none");
    shapes.set(name, shape);
  }
  return {
    session: {
      modelKind: about.model_kind,
      modelConfig: textOf(about.model_config),
      trainingConfig: textOf(about.training_config),
      dataConfig: textOf(about.data_config),
    },
    state: { rng, cursor, configs, engine, blobs: found },
    ...{ step, shapes, layout },
  };
}

function textOf(config: unknown): string {
  if (typeof config !== "object" || config === null)
    throw new SyntaxError("a configuration is none");
  return JSON.stringify(config);
}

// As a session here at its step 0: its random numbers begin anew with it.
function frameLike(store: Store, sessionId: string): Frame {
  const session = store.sessions.get(sessionId);
  const found =
    store.checkpoints.nearest(sessionId, 0) ??
    store.checkpoints.nearest(sessionId, Number.MAX_SAFE_INTEGER);
  if (!found) throw new SyntaxError(`the session "${session.name}" has no checkpoint to be like`);
  const manifest = store.checkpoints.manifest(found.checkpoint.id);
  const { rng, cursor, configs, engine, blobs, step } = manifest;
  const shapes = new Map(
    manifest.tensors.flatMap(({ name, shape }): [string, number[]][] =>
      name.startsWith(WEIGHTS) ? [[name.slice(WEIGHTS.length), shape]] : [],
    ),
  );
  const state = { rng, cursor, configs, engine, blobs };
  return { session, state, step, shapes, layout: layoutOf(session.modelKind) };
}

function layoutOf(kind: string): TorchLayout {
  const layout = torchLayout(String(kind));
  if (!layout)
    throw new SyntaxError(`models of the kind "${String(kind).slice(0, 50)}" are not known here`);
  return layout;
}

function readWeights(file: string, { shapes, layout }: Frame): Map<string, Float32Array> {
  return withSafetensors(file, ({ header, read }) => {
    const names = new Map<string, string>();
    for (const foreign of header.entries.keys()) {
      const name = layout.nameOf(foreign);
      if (name === null) continue;
      if (shapes.has(name)) names.set(name, foreign);
      else if (!isZero(name, read, foreign)) {
        throw new SyntaxError(`it has the tensor "${foreign}", which the model has not`);
      }
    }
    const missing = [...shapes.keys()].find((name) => !names.has(name));
    if (missing !== undefined) throw new SyntaxError(`it lacks the tensor "${missing}"`);
    const matrices = [...names].filter(([name]) => layout.isLinear(name));
    // A square matrix does not say how it lies; the others of the file do.
    const tilted = matrices.find(([name]) => {
      const [rows, columns] = shapes.get(name)!;
      return rows !== columns;
    });
    const isTurned =
      tilted === undefined || header.entries.get(tilted[1])!.shape[0] !== shapes.get(tilted[0])![0];
    return new Map(
      [...names].map(([name, foreign]) => [
        name,
        fitted(foreign, read(foreign), shapes.get(name)!, isTurned && layout.isLinear(name)),
      ]),
    );
  });
}

// Biases of nothing change nothing.
function isZero(name: string, read: (name: string) => ReadTensor, foreign: string): boolean {
  return name.endsWith(".bias") && read(foreign).values.every((value) => value === 0);
}

function readMoments(file: string, frame: Frame): Map<string, Float32Array> | null {
  if (!statSync(file, { throwIfNoEntry: false })) return null;
  return withSafetensors(file, ({ read }) => {
    const found = new Map<string, Float32Array>();
    for (const [prefix, as] of Object.entries(MOMENTS)) {
      for (const [name, shape] of frame.shapes) {
        const isTurned = frame.layout.isLinear(name);
        found.set(prefix + name, fitted(as + name, read(as + name), shape, isTurned));
      }
    }
    return found;
  });
}

function fitted(
  name: string,
  tensor: ReadTensor,
  shape: number[],
  isTurned: boolean,
): Float32Array {
  const wanted = isTurned ? [...shape].reverse() : shape;
  if (JSON.stringify(tensor.shape) !== JSON.stringify(wanted)) {
    throw new SyntaxError(
      `the tensor "${name}" has the shape [${tensor.shape.join(", ")}], not [${wanted.join(", ")}]`,
    );
  }
  if (!isTurned) return tensor.values;
  return transposed(tensor.values, wanted as [number, number]);
}

// One buffer: weights, then both moments, zero where none came along.
function laidOut(
  { shapes }: Frame,
  weights: ReadonlyMap<string, Float32Array>,
  moments: ReadonlyMap<string, Float32Array> | null,
): { buffer: ArrayBuffer; tensors: TensorSlice[] } {
  const tensors: TensorSlice[] = [];
  let offset = 0;
  for (const prefix of [WEIGHTS, ...Object.keys(MOMENTS)]) {
    for (const [name, shape] of shapes) {
      const length = 4 * shape.reduce((product, size) => product * size, 1);
      tensors.push({ name: prefix + name, dtype: "F32", shape, offset, length });
      offset += length;
    }
  }
  const buffer = new ArrayBuffer(offset);
  for (const { name, offset: at } of tensors) {
    const values = name.startsWith(WEIGHTS)
      ? weights.get(name.slice(WEIGHTS.length))
      : moments?.get(name);
    if (values) new Float32Array(buffer).set(values, at / 4);
  }
  return { buffer, tensors };
}

function readLimited(file: string, limit: number): Buffer {
  const stat = statSync(file);
  if (!stat.isFile() || stat.size > limit) throw new SyntaxError("a part of it is too large");
  return readFileSync(file);
}
