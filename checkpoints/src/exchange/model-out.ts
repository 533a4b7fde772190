import { existsSync, mkdirSync, rmSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { ExportImpossible, ExportTaken } from "../errors/exchange-errors.js";
import { StoreError } from "../errors/store-error.js";
import { asWriteError } from "../errors/system-error.js";
import { renameDurably, writeDurably } from "../files/durable.js";
import { newId } from "../ids.js";
import type { Store } from "../store.js";
import { encodeHeader } from "../tensors/safetensors.js";
import { torchLayout, transposed } from "./torch-layout.js";
import type { TorchLayout } from "./torch-layout.js";

/** The files of an exported model; no name in them comes from elsewhere. */
export const MODEL_FILES = {
  weights: "model.safetensors",
  moments: "optimizer.safetensors",
  about: "model.json",
} as const;

/** The optimizer's slots here, and PyTorch's names for them. */
export const MOMENTS = { "optimizer/m/": "exp_avg.", "optimizer/v/": "exp_avg_sq." } as const;

/** Weights here bear this before PyTorch's names. */
export const WEIGHTS = "model/";

/** What `model.json` says; with it the folder can be trained on anywhere. */
export interface ModelAbout {
  format: "forkpoint-model-1";
  model_kind: string;
  model_config: unknown;
  training_config: unknown;
  data_config: unknown;
  step: number;
  /** Of the checkpoint that it was made from. */
  digest: string;
  rng: Record<string, string>;
  cursor: Record<string, number>;
  /** The texts of the state, exactly. */
  configs: Record<string, string>;
  engine: string;
  /** The file of each blob: corpus, tokenizer, graph. */
  blobs: Record<string, string>;
  /** Shapes as here, matrices [in, out]; `transposed` ones are [out, in] in the file. */
  tensors: { name: string; shape: number[]; transposed: boolean }[];
}

/**
 * Writes a model as a folder: the weights as `model.safetensors` under PyTorch's names and in its
 * layout, AdamW's moments likewise, and `model.json` with all else that training needs.
 *
 * @param checkpointId a saved model's, or any other
 * @returns the folder, absolute
 * @throws CheckpointNotFound, CheckpointDamaged, TensorDamaged, BlobMissing, BlobDamaged, ExportTaken,
 *   ExportImpossible for a kind of model that has no twin in PyTorch, StoreWriteFailed
 * @example await exportModel(store, store.models.byName("Model 1")!.checkpointId, "model-1");
 */
export async function exportModel(
  store: Pick<Store, "checkpoints" | "sessions" | "readTensors" | "readBlob">,
  checkpointId: string,
  folder: string,
): Promise<string> {
  const path = resolve(folder);
  if (existsSync(path)) throw new ExportTaken({ path });
  const session = store.sessions.get(store.checkpoints.get(checkpointId).sessionId);
  const layout = torchLayout(session.modelKind);
  if (!layout) {
    const reason = `there is no PyTorch layout for the kind "${session.modelKind}"`;
    throw new ExportImpossible({ what: "The model", reason });
  }
  const { manifest, tensors } = await store.readTensors(checkpointId);
  const shapes = new Map(manifest.tensors.map(({ name, shape }) => [name, shape]));
  const written = (prefix: string, as: string): Written[] =>
    [...tensors].flatMap(([name, bytes]) =>
      name.startsWith(prefix)
        ? [turned(layout, name.slice(prefix.length), as, shapes.get(name)!, bytes)]
        : [],
    );
  const weights = written(WEIGHTS, "");
  const moments = Object.entries(MOMENTS).flatMap(([prefix, as]) => written(prefix, as));
  const blobs: Record<string, string> = {};
  const contents = new Map<string, Uint8Array>();
  for (const [name, digest] of Object.entries(manifest.blobs)) {
    blobs[name] = `blob-${digest}`;
    contents.set(`blob-${digest}`, await store.readBlob(digest));
  }
  const about: ModelAbout = {
    format: "forkpoint-model-1",
    model_kind: session.modelKind,
    model_config: JSON.parse(session.modelConfig),
    training_config: JSON.parse(session.trainingConfig),
    data_config: JSON.parse(session.dataConfig),
    ...{ step: manifest.step, digest: manifest.digest, rng: manifest.rng },
    ...{ cursor: manifest.cursor, configs: manifest.configs, engine: manifest.engine, blobs },
    tensors: weights.map(({ name, own, transposed: isTurned }) => ({
      ...{ name, shape: own, transposed: isTurned },
    })),
  };
  const part = join(dirname(path), `.${newId()}.part`);
  try {
    mkdirSync(part, { mode: 0o700 });
    writeDurably(join(part, MODEL_FILES.weights), safetensors(weights));
    if (moments.length > 0) writeDurably(join(part, MODEL_FILES.moments), safetensors(moments));
    for (const [name, bytes] of contents) writeDurably(join(part, name), [bytes]);
    const text = `${JSON.stringify(about, null, 2)}\n`;
    writeDurably(join(part, MODEL_FILES.about), [Buffer.from(text)]);
    renameDurably(part, path);
    return path;
  } catch (error) {
    rmSync(part, { recursive: true, force: true });
    throw error instanceof StoreError ? error : asWriteError(error, path);
  }
}

interface Written {
  name: string;
  /** As in the file. */
  shape: number[];
  /** As here. */
  own: number[];
  transposed: boolean;
  bytes: Uint8Array;
}

function turned(
  layout: TorchLayout,
  name: string,
  as: string,
  own: number[],
  bytes: Uint8Array,
): Written {
  const [rows, columns] = own;
  if (!layout.isLinear(name) || rows === undefined || columns === undefined) {
    return { name: as + name, shape: own, own, transposed: false, bytes };
  }
  const values = transposed(new Float32Array(bytes.buffer), [rows, columns]);
  const turnedBytes = new Uint8Array(values.buffer);
  return { name: as + name, shape: [columns, rows], own, transposed: true, bytes: turnedBytes };
}

function safetensors(tensors: readonly Written[]): Uint8Array[] {
  const entries = tensors.map(({ name, shape, bytes }) => ({
    ...{ name, dtype: "F32", shape, length: bytes.byteLength },
  }));
  // PyTorch's loaders ask for this word.
  return [encodeHeader(entries, { format: "pt" }), ...tensors.map(({ bytes }) => bytes)];
}
