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
): Omit<Learner, "sample" | "attention"> {
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
