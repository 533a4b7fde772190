// What training comes to: 2,000 steps on Moby Dick with nanoGPT's CPU configuration, and the same in
// PyTorch from the same initial weights on the same batches. PyTorch is taken from
// FORKPOINT_TORCH_PYTHON (a Python that has it), else from the project's own. An argument: the steps.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { adamW, corpus, microGPT, open } from "@forkpoint/training";
import { venvPython } from "../scripts/setup/folders.mjs";
import { mobyDick } from "./quality/moby_dick.mjs";

const inside = new URL("../kernel/training/dist/", import.meta.url);
const { drawBatch } = await import(new URL("data/batches.js", inside));
const { splitTokens } = await import(new URL("data/corpus.js", inside));
const { characterTokenizer } = await import(new URL("data/tokenizer.js", inside));
const { randomStream } = await import(new URL("engine/random.js", inside));

const STEPS = Number(process.argv[2] ?? 2000);
const ALLOWED = 0.02;
const shape = { layers: 4, heads: 4, embed: 128, block: 64 };
const batch = 12;
const seed = 1337;
const evaluationBatches = 200;
const optimizer = adamW({
  ...{ learningRate: 1e-3, minLearningRate: 1e-4, beta2: 0.99, weightDecay: 0.1 },
  ...{ schedule: "cosine", warmupSteps: 100, decaySteps: 2000 },
});

async function ours(folder, text) {
  const store = await open({ from: folder });
  const session = await store.session("moby dick", {
    model: microGPT({ ...shape, dropout: 0 }),
    data: corpus.text(text),
    ...{ optimizer, batchSize: batch, seed, evaluationBatches },
    ...{ evaluateEvery: STEPS, sampleTokens: 0 },
  });
  const began = performance.now();
  await session.train({ to: STEPS }).done;
  const seconds = (performance.now() - began) / 1e3;
  const table = await session.metrics({ from: 1, columns: ["train_loss"] });
  const losses = Array.from(table.getChild("train_loss"));
  const validation = await session.evaluate();
  const first = session.at(0);
  const state = await first.state();
  await first.close();
  const { engineTitle } = session;
  await store.close();
  return { losses, validation, state, seconds, title: engineTitle };
}

/** Everything the twin needs, as plain files. */
function writeTwin(folder, text, state) {
  const tokenizer = characterTokenizer(text);
  const tokens = splitTokens(tokenizer.encode(text), shape.block);
  const weights = [];
  const values = [];
  let at = 0;
  for (const [name, tensor] of state) {
    if (!name.startsWith("model/")) continue;
    const to = at + tensor.values.length;
    weights.push({ name: name.slice("model/".length), shape: tensor.shape, from: at, to });
    values.push(...tensor.values);
    at = to;
  }
  writeFileSync(join(folder, "weights.f32"), Float32Array.from(values));
  const draw = (name, part, stream, count) => {
    const random = randomStream(seed, stream);
    const drawn = Array.from({ length: count }, () => drawBatch(part, batch, shape.block, random));
    const rows = drawn.flatMap(({ inputs, targets }) => [
      Buffer.from(inputs.buffer),
      Buffer.from(targets.buffer),
    ]);
    writeFileSync(join(folder, name), Buffer.concat(rows));
  };
  draw("train.i32", tokens.train, "batches", STEPS);
  draw("validation.i32", tokens.validation, "evaluation", evaluationBatches);
  const twin = {
    shape: { ...shape, batch, vocabulary: tokenizer.size },
    training: optimizer,
    weights,
  };
  writeFileSync(join(folder, "twin.json"), JSON.stringify(twin));
}

function theirs(folder) {
  const python = process.env["FORKPOINT_TORCH_PYTHON"] ?? venvPython;
  if (spawnSync(python, ["-c", "import torch"]).status !== 0) return null;
  const script = fileURLToPath(new URL("pytorch/quality_twin.py", import.meta.url));
  const began = performance.now();
  const { status, stdout, stderr } = spawnSync(python, [script, folder], {
    ...{ encoding: "utf8", maxBuffer: 1 << 26 },
  });
  if (status !== 0) throw new Error(`the twin failed: ${stderr}`);
  return { ...JSON.parse(stdout), seconds: (performance.now() - began) / 1e3 };
}

const folder = mkdtempSync(join(tmpdir(), "forkpoint-bench-"));
try {
  const text = mobyDick();
  const mine = await ours(folder, text);
  console.log(
    `  Forkpoint   validation loss ${mine.validation.toFixed(4)} after ${STEPS} steps ` +
      `(${mine.title}, ${mine.seconds.toFixed(0)} s)`,
  );
  writeTwin(folder, text, mine.state);
  const twin = theirs(folder);
  if (!twin) {
    console.log(
      "  PyTorch is not importable: no twin. Set FORKPOINT_TORCH_PYTHON to a Python that has it.",
    );
  } else {
    const apart = twin.losses.map((loss, at) => Math.abs(loss - mine.losses[at]));
    const difference = Math.abs(twin.validation - mine.validation);
    const most = (count) => Math.max(...apart.slice(0, count)).toExponential(1);
    console.log(
      `  PyTorch     validation loss ${twin.validation.toFixed(4)} ` +
        `(torch ${twin.torch}, ${twin.seconds.toFixed(0)} s)\n` +
        `  difference  ${difference.toFixed(4)}, allowed ${ALLOWED}; batch losses differ by at most ` +
        `${most(50)} over 50 steps, ${most(STEPS)} over ${STEPS}`,
    );
    if (!(difference <= ALLOWED)) process.exitCode = 1;
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.exit();
