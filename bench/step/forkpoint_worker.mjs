// MicroGPT in Forkpoint, one line in, one line out: "run 10", "peak", "quit". Arguments: session (through
// session.train, metrics and automatic checkpoints on) or bare (the step alone), compiled or eager; a shape.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { adamW, corpus, loadEngine, microGPT, modelDefinition, open } from "@forkpoint/training";

const [mode, engine, shapeText] = process.argv.slice(2);
const shape = JSON.parse(shapeText);
const { layers, heads, embed, block, batch, vocabulary } = shape;
const model = microGPT({ layers, heads, embed, block, dropout: 0 });
const alphabet = Array.from({ length: vocabulary }, (_, id) => String.fromCodePoint(33 + id));
const text = Array.from(
  { length: 100_000 },
  () => alphabet[Math.floor(Math.random() * vocabulary)],
);
const say = (value) => console.log(JSON.stringify(value));

async function bare() {
  const inside = new URL("../../kernel/training/dist/", import.meta.url);
  const { createLearner } = await import(new URL("session/learner.js", inside));
  const { initialState } = await import(new URL("session/state.js", inside));
  const { characterTokenizer } = await import(new URL("data/tokenizer.js", inside));
  const { tf } = await loadEngine();
  const tokenizer = characterTokenizer(text.join(""));
  const tokens = tokenizer.encode(text.join(""));
  const training = { optimizer: adamW(), batchSize: batch, seed: 1, evaluationBatches: 1, engine };
  const configs = { model: { ...model, vocabulary }, training };
  const split = { train: tokens, validation: tokens };
  const learner = createLearner(tf, modelDefinition(model.kind), configs, split, tokenizer);
  const state = initialState(learner.executor, learner.parameters, 1);
  return async (count) => {
    let loss = 0;
    const began = performance.now();
    for (let n = 0; n < count; n++) loss = learner.step(state);
    return { ms: (performance.now() - began) / count, loss };
  };
}

async function throughSession(folder) {
  const store = await open({ from: folder });
  const session = await store.session("bench", {
    ...{ model, data: corpus.text(text.join("")), optimizer: adamW(), batchSize: batch, engine },
    ...{ evaluateEvery: 1_000_000, sampleTokens: 0, evaluationBatches: 1 },
  });
  return async (count) => {
    // The pace between the rows themselves: what starts and ends a run is left out.
    await session.train({ steps: count + 1 }).done;
    const table = await session.metrics({ from: session.step - count });
    const wall = Array.from(table.getChild("wall"), Number);
    const loss = table.getChild("train_loss").get(table.numRows - 1);
    // The last row's time is taken after the run's closing evaluation.
    return { ms: (wall.at(-2) - wall[0]) / (wall.length - 2), loss };
  };
}

async function peak(size = 1024, rounds = 20) {
  const { tf } = await loadEngine();
  const [a, b] = [tf.randomNormal([size, size]), tf.randomNormal([size, size])];
  let best = Infinity;
  for (let n = 0; n < rounds; n++) {
    const began = performance.now();
    const product = tf.matMul(a, b);
    best = Math.min(best, performance.now() - began);
    product.dispose();
  }
  return (2 * size ** 3) / best / 1e6;
}

const folder = mkdtempSync(join(tmpdir(), "forkpoint-bench-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
const run = mode === "bare" ? await bare() : await throughSession(folder);
await run(2);
say({ ready: `${mode} ${engine}` });
for await (const line of createInterface({ input: process.stdin })) {
  const [command, count] = line.split(" ");
  if (command === "quit") process.exit(0);
  say(command === "peak" ? { gflops: await peak() } : await run(Number(count)));
}
