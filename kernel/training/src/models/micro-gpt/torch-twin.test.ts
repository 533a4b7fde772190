import { spawnSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { exportModel, importModel, openStore } from "@forkpoint/checkpoints";
import type { Store, TensorSlice } from "@forkpoint/checkpoints";
import { loadEngine } from "../../engine/tfjs.js";
import type { Tensorflow } from "../../engine/tfjs.js";
import { sizeOf } from "../definition.js";
import { microGptLogits, microGptParameters } from "./forward.js";

// Made by: python checkpoints/python/torch_twin.py --golden FOLDER kernel/training/src/testing/torch,
// FOLDER being what this test exports.
const GOLDEN = fileURLToPath(new URL("../../testing/torch", import.meta.url));
const SCRIPT = fileURLToPath(
  new URL("../../../../../checkpoints/python/torch_twin.py", import.meta.url),
);
const golden = () =>
  JSON.parse(readFileSync(join(GOLDEN, "torch-twin.json"), "utf8")) as {
    tokens: number[];
    given: number[][];
    made: number[][];
  };

const config = { layers: 2, heads: 2, embed: 8, block: 6, dropout: 0 };
const vocabulary = 5;
const parameters = microGptParameters(config, vocabulary);
const groups = ["model", "optimizer/m", "optimizer/v"];
// Any numbers will do that Python need not be told.
const numberAt = (index: number): number => Math.fround(Math.sin(index * 12.9898) * 0.5);

let tf: Tensorflow;
let folder: string;
let store: Store;
let exported: string;
let sessionId: string;
beforeAll(async () => {
  tf = (await loadEngine("js")).tf;
  folder = mkdtempSync(join(tmpdir(), "forkpoint-twin-"));
  store = await openStore({ from: folder });
  const corpus = await store.writer.saveBlob(Buffer.from("abcde"));
  const session = await store.writer.createSession({
    ...{ name: "sonnets", modelKind: "micro-gpt", trainingConfig: '{"seed":1}' },
    modelConfig: JSON.stringify({ kind: "micro-gpt", config, vocabulary }),
    dataConfig: JSON.stringify({ corpus }),
  });
  sessionId = session.id;
  const tensors: TensorSlice[] = [];
  let offset = 0;
  for (const group of groups) {
    for (const { name, shape } of parameters) {
      const length = 4 * sizeOf(shape);
      tensors.push({ name: `${group}/${name}`, dtype: "F32", shape, offset, length });
      offset += length;
    }
  }
  const saved = await store.writer.saveCheckpoint({
    ...{ sessionId, runId: null, step: 7, trigger: "manual", tensors },
    buffer: Float32Array.from({ length: offset / 4 }, (_, index) => numberAt(index)).buffer,
    state: {
      ...{ rng: { batches: "1" }, cursor: { batches: 7 }, engine: "{}" },
      ...{ blobs: { corpus }, configs: { training: '{"seed":1}' } },
    },
    model: { name: "Model 1", trainLoss: 1 },
  });
  exported = await exportModel(store, saved.checkpoint.id, join(folder, "model-1"));
});
afterAll(async () => {
  await store.close();
  rmSync(folder, { recursive: true });
});

async function logits(checkpointId: string): Promise<number[][]> {
  const { tensors } = await store.readTensors(checkpointId);
  const weights = parameters.map(({ name, shape }) =>
    tf.tensor(new Float32Array(tensors.get(`model/${name}`)!.buffer), shape),
  );
  const { tokens } = golden();
  const input = tf.tensor2d(tokens, [1, tokens.length], "int32");
  return microGptLogits({ tf, uniform: null }, config, weights, input).array();
}

function farthest(a: number[][], b: number[][]): number {
  expect(a.map((row) => row.length)).toEqual(b.map((row) => row.length));
  return Math.max(...a.flatMap((row, i) => row.map((value, j) => Math.abs(value - b[i]![j]!))));
}

const saved = (): string => store.models.byName("Model 1")!.checkpointId;

describe("an exported MicroGPT", () => {
  test("gives in PyTorch the logits that it gives here", async () => {
    expect(farthest(await logits(saved()), golden().given)).toBeLessThan(1e-5);
  });

  test.skipIf(torch() === null)("gives them to the script that comes with it, now", async () => {
    const tokens = golden().tokens.map(String);
    const { stdout, stderr, status } = spawnSync(torch()!, [SCRIPT, exported, ...tokens], {
      encoding: "utf8",
    });
    expect([stderr, status]).toEqual(["", 0]);
    expect(farthest(await logits(saved()), JSON.parse(stdout))).toBeLessThan(1e-5);
  });

  test("comes back bit for bit, with moments, corpus and all else training needs", async () => {
    const back = await importModel(store, exported, { name: "back" });
    expect(back.moments).toBe(true);
    expect(back.checkpoint).toMatchObject({
      step: 7,
      digest: store.checkpoints.get(saved()).digest,
    });
    const { modelConfig, trainingConfig, dataConfig } = store.sessions.get(sessionId);
    expect(back.session).toMatchObject({ modelConfig, trainingConfig, dataConfig });
  });

  test("comes back with weights that PyTorch trained on", async () => {
    const made = join(GOLDEN, "made-by-torch.safetensors");
    copyFileSync(made, join(exported, "model.safetensors"));
    const back = await importModel(store, exported, { name: "trained on" });
    expect(farthest(await logits(back.checkpoint.id), golden().made)).toBeLessThan(1e-5);
    const bare = await importModel(store, made, { name: "bare", like: sessionId });
    expect(bare.moments).toBe(false);
    expect(farthest(await logits(bare.checkpoint.id), golden().made)).toBeLessThan(1e-5);
    writeFileSync(join(exported, "model.safetensors"), "x");
    await expect(importModel(store, exported, { name: "no" })).rejects.toMatchObject({
      code: "ImportInvalid",
    });
  });
});

// A Python that has PyTorch and safetensors, or null.
function torch(): string | null {
  const python = process.env["FORKPOINT_TORCH_PYTHON"];
  if (!python) return null;
  const { status } = spawnSync(python, ["-c", "import torch, safetensors.torch"]);
  return status === 0 ? python : null;
}
