import { drawBatch } from "../data/batches.js";
import type { Batch } from "../data/batches.js";
import type { Split } from "../data/corpus.js";
import type { Tokenizer } from "../data/tokenizer.js";
import { decodeGraph } from "../engine/graph/graph-def.js";
import type { GraphNode } from "../engine/graph/graph-def.js";
import { randomStream } from "../engine/random.js";
import type { RandomStream } from "../engine/random.js";
import { inspectAddon } from "../engine/native/addon.js";
import { isNative } from "../engine/recorder/binding.js";
import type { Tensorflow } from "../engine/tfjs.js";
import { StepNotRecordable } from "../errors/graph.js";
import type { ModelDefinition, Parameter } from "../models/definition.js";
import { adamWNumbers } from "../optimizers/adamw.js";
import { compiledExecutor } from "./compiled-executor.js";
import { eagerExecutor } from "./eager-executor.js";
import type { Attention, Executor } from "./executor.js";
import { halvesOf } from "./halves.js";
import type { ModelAtWork } from "./model-functions.js";
import type { SessionConfigs } from "./setup.js";
import { nextKey } from "./state.js";
import type { TrainingState } from "./state.js";

/** A model with its data on an engine: what can be done with a training state. */
export interface Learner {
  parameters: Parameter[];
  executor: Executor;
  /** One optimizer update; advances the state and returns the batch's loss. */
  step(state: TrainingState): number;
  /** Mean loss over a fixed set of validation batches; leaves the state as it is. */
  evaluate(state: TrainingState): number;
  /** Text continued from a prompt; leaves the state as it is. */
  sample(state: TrainingState, how: SampleOptions): string;
  /** Where each character of a text (its last block) looked; null when the model shows none. */
  attention(state: TrainingState, text: string): Attention | null;
}

export interface SampleOptions {
  prompt: string;
  tokens: number;
  /** 0 always takes the likeliest character. */
  temperature: number;
  seed: number;
}

/**
 * Joins model, optimizer and data of a session on an engine. `stored` is the compiled step that the
 * session's newest checkpoint was made with.
 *
 * @throws GraphOpRefused or GraphUnreadable for a stored step that is not to be run.
 */
export function createLearner(
  tf: Tensorflow,
  definition: ModelDefinition<unknown>,
  configs: SessionConfigs,
  data: Split,
  tokenizer: Tokenizer,
  stored: Uint8Array | null = null,
): Learner {
  const { config, vocabulary } = configs.model;
  const { optimizer, batchSize, seed, evaluationBatches } = configs.training;
  const parameters = definition.parameters(config, vocabulary);
  const block = definition.block(config);
  const model = { definition, config, vocabulary, parameters, block, batchSize };
  const executor = chooseExecutor(tf, model, configs.training.engine, stored);
  const nextBatch = (tokens: Int32Array, random: RandomStream): Batch =>
    drawBatch(tokens, batchSize, block, random);

  return {
    parameters,
    executor,
    step(state) {
      const count = state.cursor.optimizer_steps + 1;
      const batch = nextBatch(data.train, state.batches);
      const numbers = adamWNumbers(optimizer, state.step + 1, count);
      const loss = executor.train(state.live, batch, nextKey(state), numbers);
      state.step += 1;
      state.cursor.optimizer_steps = count;
      state.cursor.batches += 1;
      state.cursor.tokens += batchSize * block;
      return loss;
    },
    evaluate({ live }) {
      const random = randomStream(seed, "evaluation");
      let sum = 0;
      for (let index = 0; index < evaluationBatches; index++) {
        sum += executor.loss(live, nextBatch(data.validation, random));
      }
      return sum / evaluationBatches;
    },
    sample({ live }, { prompt, tokens, temperature, seed: sampleSeed }) {
      const random = randomStream(sampleSeed, "sampling");
      const written = Array.from(tokenizer.encode(prompt));
      if (written.length === 0) written.push(0);
      const from = written.length;
      // Always a whole block, so that one graph serves every length; what follows the last token
      // cannot be seen from it.
      const context = new Int32Array(block);
      for (let index = 0; index < tokens; index++) {
        const visible = written.slice(-block);
        context.set(visible);
        const scores = executor.scores(live, context, visible.length - 1);
        written.push(draw(scores, temperature, random));
      }
      return prompt + tokenizer.decode(written.slice(from));
    },
    attention({ live }, text) {
      const context = new Int32Array(block);
      context.set(tokenizer.encode(text).slice(-block));
      return executor.attention(live, context);
    },
  };
}

function chooseExecutor(
  tf: Tensorflow,
  model: Omit<ModelAtWork, "halves">,
  wanted: "compiled" | "eager",
  stored: Uint8Array | null,
): Executor {
  const nodes = stored && wanted === "compiled" && isNative(tf) ? decodeGraph(stored) : null;
  const storedHalves = nodes && storedHalvesOf(nodes, model);
  const atWork = { ...model, halves: storedHalves ?? halvesOf(tf, model) };
  if (wanted === "eager" || !isNative(tf)) return eagerExecutor(tf, atWork);
  const slower = (why: string): Executor =>
    eagerExecutor(tf, atWork, `The step is not compiled and so runs slower: ${why}`);
  const addon = inspectAddon();
  if (addon.status === "missing") return slower(`${addon.reason} Run "npx forkpoint install".`);
  try {
    return compiledExecutor(tf, atWork, storedHalves ? nodes : null);
  } catch (error) {
    if (error instanceof StepNotRecordable) return slower(error.message);
    throw error;
  }
}

// How a stored step cuts its batch; null when it is for another batch, as that of a fork may be.
function storedHalvesOf(
  nodes: GraphNode[],
  { batchSize, block }: Omit<ModelAtWork, "halves">,
): 1 | 2 | null {
  const inputs = nodes.find(({ name }) => name === "inputs");
  const [rows = 0, time] = inputs?.attr["shape"]?.shape?.dim.map(({ size }) => size) ?? [];
  const halves = batchSize / rows;
  return time === block && (halves === 1 || halves === 2) ? halves : null;
}

function draw(scores: Float32Array, temperature: number, random: RandomStream): number {
  const best = scores.reduce((most, score, id) => (score > scores[most]! ? id : most), 0);
  if (temperature === 0) return best;
  const weights = Array.from(scores, (score) => Math.exp((score - scores[best]!) / temperature));
  let left = random.uniform() * weights.reduce((sum, weight) => sum + weight, 0);
  for (let id = 0; id < weights.length; id++) {
    left -= weights[id]!;
    if (left < 0) return id;
  }
  return best;
}
