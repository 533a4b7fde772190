import type { Candidate } from "@forkpoint/checkpoints";
import { drawBatch } from "../data/batches.js";
import type { Batch } from "../data/batches.js";
import type { Split } from "../data/corpus.js";
import type { Tokenizer } from "../data/tokenizer.js";
import { randomStream } from "../engine/random.js";
import type { RandomStream } from "../engine/random.js";
import type { Tensorflow } from "../engine/tfjs.js";
import type { ModelDefinition, Parameter } from "../models/definition.js";
import { adamWNumbers } from "../optimizers/adamw.js";
import { chooseExecutor } from "./choose-executor.js";
import type { StoredGraphs } from "./choose-executor.js";
import type { Attention, Executor } from "./executor.js";
import { textAtWork } from "./model-functions.js";
import type { SessionConfigs, TrainingConfig } from "./setup.js";
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
  /** Text continued from a prompt; leaves the state as it is. Null: the model writes none. */
  sample: ((state: TrainingState, how: SampleOptions) => string) | null;
  /** What comes after a prompt, the likeliest first; leaves the state as it is. Null: no text. */
  next: ((state: TrainingState, prompt: string) => Candidate[]) | null;
  /**
   * Where each of a text's last tokens looked, [layers, heads, tokens, tokens]; null when the model
   * shows none. A text of fewer than four tokens shows nothing of heads: the beginning of the
   * validation text stands in.
   */
  attention(state: TrainingState, text: string, window: number): ShownAttention | null;
  /** The vectors of the alphabet's first tokens; null when the model has none. */
  embeddings:
    | ((state: TrainingState, most: number) => { label: string; vector: Float32Array }[] | null)
    | null;
}

/** Attention with what looked at what. */
export interface ShownAttention extends Attention {
  tokens: string[];
}

export interface SampleOptions {
  prompt: string;
  tokens: number;
  /** 0 always takes the likeliest character. */
  temperature: number;
  seed: number;
}

/** What a session trains on, as batches. */
export interface BatchSource {
  /** What one batch adds to the cursor's count: tokens, or examples. */
  size: number;
  next(state: TrainingState): Batch;
  /** The batches of one evaluation, the same each time. */
  validation(): Iterable<Batch>;
}

/** The part of a learner that all kinds of models share. */
export function learnerOver(
  executor: Executor,
  parameters: Parameter[],
  { optimizer }: TrainingConfig,
  batches: BatchSource,
): Omit<Learner, "sample" | "next" | "attention" | "embeddings"> {
  return {
    parameters,
    executor,
    step(state) {
      const count = state.cursor.optimizer_steps + 1;
      const batch = batches.next(state);
      const numbers = adamWNumbers(optimizer, state.step + 1, count);
      const loss = executor.train(state.live, batch, nextKey(state), numbers);
      state.step += 1;
      state.cursor.optimizer_steps = count;
      state.cursor.batches += 1;
      state.cursor.tokens += batches.size;
      return loss;
    },
    evaluate({ live }) {
      let [sum, count] = [0, 0];
      for (const batch of batches.validation()) {
        sum += executor.loss(live, batch);
        count += 1;
      }
      return sum / count;
    },
  };
}

/**
 * Joins model, optimizer and data of a session of text on an engine. `stored` is the compiled step
 * that the session's newest checkpoint was made with.
 *
 * @throws GraphOpRefused or GraphUnreadable for a stored step that is not to be run.
 */
export function createLearner(
  tf: Tensorflow,
  definition: ModelDefinition<unknown>,
  configs: SessionConfigs,
  data: Split,
  tokenizer: Tokenizer,
  stored: StoredGraphs = {},
): Learner {
  const { config, vocabulary } = configs.model;
  const { batchSize, seed, evaluationBatches } = configs.training;
  const block = definition.block(config);
  const model = textAtWork({ definition, config, vocabulary, block }, batchSize, 1);
  const executor = chooseExecutor(tf, model, configs.training.engine, stored);
  const windows = (tokens: Int32Array, random: RandomStream): Batch =>
    drawBatch(tokens, batchSize, block, random);
  // A model continues something: without a token that the alphabet has, its first one.
  const contextOf = (prompt: string, most = Infinity): number[] => {
    const tokens = Array.from(tokenizer.encode(prompt)).slice(-most);
    return tokens.length === 0 ? [0] : tokens;
  };
  const batches: BatchSource = {
    size: batchSize * block,
    next: (state) => windows(data.train, state.batches),
    *validation() {
      const random = randomStream(seed, "evaluation");
      for (let index = 0; index < evaluationBatches; index++)
        yield windows(data.validation, random);
    },
  };

  return {
    ...learnerOver(executor, model.parameters, configs.training, batches),
    sample({ live }, { prompt, tokens, temperature, seed: sampleSeed }) {
      const random = randomStream(sampleSeed, "sampling");
      const written = contextOf(prompt);
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
    next({ live }, prompt) {
      const visible = contextOf(prompt, block);
      const context = new Int32Array(block);
      context.set(visible);
      const scores = executor.scores(live, context, visible.length - 1);
      return softmax(scores)
        .map((probability, id) => ({ token: tokenizer.decode([id]), probability }))
        .sort((one, other) => other.probability - one.probability);
    },
    attention({ live }, text, window) {
      const most = Math.min(block, window);
      const given = tokenizer.encode(text).slice(-most);
      const visible = given.length < LEAST_SHOWN ? data.validation.slice(0, most) : given;
      const context = new Int32Array(block);
      context.set(visible);
      const found = executor.attention(live, context);
      if (!found) return null;
      const tokens = Array.from(visible, (id) => tokenizer.decode([id]));
      return { tokens, ...cornerOf(found, visible.length) };
    },
    embeddings({ live }, most) {
      const values = executor.embeddings(live);
      if (!values) return null;
      const width = values.length / vocabulary;
      return Array.from({ length: Math.min(most, vocabulary) }, (_, id) => ({
        label: tokenizer.decode([id]),
        vector: values.slice(id * width, (id + 1) * width),
      }));
    },
  };
}

/** Fewer tokens than these show nothing of where heads look. */
const LEAST_SHOWN = 4;

/** The squares of the first tokens, cut out of those of a whole block. */
function cornerOf({ shape, values }: Attention, size: number): Attention {
  const [layers, heads, block] = shape as [number, number, number];
  const cut = new Float32Array(layers * heads * size * size);
  for (let row = 0; row < layers * heads * size; row++) {
    const from = (Math.floor(row / size) * block + (row % size)) * block;
    cut.set(values.subarray(from, from + size), row * size);
  }
  return { shape: [layers, heads, size, size], values: cut };
}

function softmax(scores: Float32Array): number[] {
  const best = scores.reduce((most, score) => Math.max(most, score), -Infinity);
  const weights = Array.from(scores, (score) => Math.exp(score - best));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
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
