import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { adamW, corpus, microGPT } from "@forkpoint/training";

const folders = [];
process.on("exit", () =>
  folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })),
);

/** An empty folder, removed when the bench ends. */
export function emptyFolder() {
  const folder = mkdtempSync(join(tmpdir(), "forkpoint-bench-"));
  folders.push(folder);
  return folder;
}

/** The worked example's session (0.8 M parameters), or one of 25 M; nothing in it but steps. */
export function settings(size = "0.8 M") {
  const shape = { "0.8 M": [4, 4, 128, 64, 12], "25 M": [8, 8, 512, 64, 4] }[size];
  const [layers, heads, embed, block, batchSize] = shape;
  return {
    model: microGPT({ layers, heads, embed, block }),
    data: corpus.sonnets(),
    optimizer: adamW({ learningRate: 1e-3 }),
    ...{ batchSize, evaluateEvery: 1_000_000, evaluationBatches: 1, sampleTokens: 0 },
  };
}

/** Milliseconds that something takes. */
export async function timed(work) {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

/** The value that a share of the others is below. */
export function quantile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
}

export const median = (values) => quantile(values, 0.5);

/**
 * The mean without the outermost tenth on each side, and what it is below of with 95 % (Tukey and
 * McLaughlin 1963: the standard error from the winsorized variance).
 */
export function trimmedMean(values, share = 0.1) {
  const sorted = [...values].sort((a, b) => a - b);
  const n = sorted.length;
  const cut = Math.floor(share * n);
  const inner = sorted.slice(cut, n - cut);
  const mean = inner.reduce((sum, value) => sum + value, 0) / inner.length;
  const clipped = sorted.map((value) => Math.min(Math.max(value, inner[0]), inner.at(-1)));
  const centre = clipped.reduce((sum, value) => sum + value, 0) / n;
  const variance = clipped.reduce((sum, value) => sum + (value - centre) ** 2, 0) / (n - 1);
  const error = Math.sqrt(variance / n) / (1 - (2 * cut) / n);
  return { mean, upper: mean + 1.645 * error };
}

/**
 * By step, in milliseconds: `gaps[k]` from its row to that of step k + 1, `own[k]` the step itself. What
 * training waits after step k is `gaps[k] - own[k + 1]`.
 */
export async function stepTimes(session) {
  const table = await session.metrics({ columns: ["wall", "step_ms"] });
  const [steps, walls] = ["step", "wall"].map((name) => Array.from(table.getChild(name), Number));
  const times = Array.from(table.getChild("step_ms"));
  const [gaps, own] = [[], []];
  steps.forEach((step, at) => {
    own[step] = times[at];
    if (at + 1 < steps.length) gaps[step] = walls[at + 1] - walls[at];
  });
  return { gaps, own };
}

/** Numbers in [0, 1), the same each time (mulberry32). */
export function randomNumbers(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let value = Math.imul(state ^ (state >>> 15), 1 | state);
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value;
    return ((value ^ (value >>> 14)) >>> 0) / 2 ** 32;
  };
}
