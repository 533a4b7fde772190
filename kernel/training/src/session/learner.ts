import type { Scalar, Tensor, Tensor1D, Tensor2D } from "@tensorflow/tfjs";
import { drawBatch } from "../data/batches.js";
import type { Split } from "../data/corpus.js";
import type { Tokenizer } from "../data/tokenizer.js";
import { randomStream } from "../engine/random.js";
import type { RandomStream } from "../engine/random.js";
import type { Tensorflow } from "../engine/tfjs.js";
import { unflatten } from "../models/definition.js";
import type { ModelDefinition, Parameter } from "../models/definition.js";
import { adamWUpdate, decayMask } from "../optimizers/adamw.js";
import type { SessionConfigs } from "./setup.js";
import type { TrainingState } from "./state.js";

/** A model with its data on an engine: what can be done with a training state. */
export interface Learner {
  parameters: Parameter[];
  /** One optimizer update; advances the state and returns the batch's loss. */
  step(state: TrainingState): number;
  /** Mean loss over a fixed set of validation batches; leaves the state as it is. */
  evaluate(state: TrainingState): number;
  /** Text continued from a prompt; leaves the state as it is. */
  sample(state: TrainingState, how: SampleOptions): string;
}

export interface SampleOptions {
  prompt: string;
  tokens: number;
  /** 0 always takes the likeliest character. */
  temperature: number;
  seed: number;
}

/** Joins model, optimizer and data of a session on an engine. */
export function createLearner(
  tf: Tensorflow,
  model: ModelDefinition<unknown>,
  configs: SessionConfigs,
  data: Split,
  tokenizer: Tokenizer,
): Learner {
  const { config, vocabulary } = configs.model;
  const { optimizer, batchSize, seed, evaluationBatches } = configs.training;
  const parameters = model.parameters(config, vocabulary);
  const block = model.block(config);
  const decays = decayMask(tf, parameters);

  const lossOf = (
    weights: Tensor[],
    inputs: Tensor2D,
    targets: Tensor1D,
    dropout: RandomStream | null,
  ): Scalar => {
    const logits = model.logits({ tf, dropout }, config, weights, inputs);
    return tf.losses.softmaxCrossEntropy(tf.oneHot(targets, vocabulary), logits) as Scalar;
  };
  const batchTensors = (tokens: Int32Array, random: RandomStream): [Tensor2D, Tensor1D] => {
    const { inputs, targets } = drawBatch(tokens, batchSize, block, random);
    return [tf.tensor2d(inputs, [batchSize, block], "int32"), tf.tensor1d(targets, "int32")];
  };

  return {
    parameters,
    step(state) {
      const count = state.cursor.optimizer_steps + 1;
      const result = tf.tidy(() => {
        const [inputs, targets] = batchTensors(data.train, state.batches);
        const weights = unflatten(tf, state.weights, parameters);
        const { value, grads } = tf.valueAndGrads((...given: Tensor[]) =>
          lossOf(given, inputs, targets, state.dropout),
        )(weights);
        const gradient = tf.concat1d(grads.map((grad) => tf.reshape(grad, [-1]) as Tensor1D));
        return {
          loss: value,
          ...adamWUpdate(tf, optimizer, state.weights, state.slots, gradient, decays, count),
        };
      });
      const loss = result.loss.dataSync()[0]!;
      result.loss.dispose();
      tf.dispose([state.weights, state.slots.m, state.slots.v]);
      state.weights = result.weights;
      state.slots = { m: result.m, v: result.v };
      state.step += 1;
      state.cursor.optimizer_steps = count;
      state.cursor.batches += 1;
      state.cursor.tokens += batchSize * block;
      return loss;
    },
    evaluate(state) {
      const random = randomStream(seed, "evaluation");
      return tf.tidy(() => {
        const weights = unflatten(tf, state.weights, parameters);
        let sum = 0;
        for (let index = 0; index < evaluationBatches; index++) {
          const loss = tf.tidy(() =>
            lossOf(weights, ...batchTensors(data.validation, random), null),
          );
          sum += loss.dataSync()[0]!;
          loss.dispose();
        }
        return sum / evaluationBatches;
      });
    },
    sample(state, { prompt, tokens, temperature, seed: sampleSeed }) {
      const random = randomStream(sampleSeed, "sampling");
      return tf.tidy(() => {
        const weights = unflatten(tf, state.weights, parameters);
        const written = Array.from(tokenizer.encode(prompt));
        const given = written.length;
        if (given === 0) written.push(0);
        const from = written.length;
        for (let index = 0; index < tokens; index++) {
          const context = written.slice(-block);
          const scores = tf.tidy(() => {
            const inputs = tf.tensor2d(context, [1, context.length], "int32");
            const logits = model.logits({ tf, dropout: null }, config, weights, inputs);
            return tf.reshape(tf.slice(logits, [context.length - 1, 0], [1, vocabulary]), [
              vocabulary,
            ]);
          });
          written.push(draw(scores.dataSync() as Float32Array, temperature, random));
          scores.dispose();
        }
        return prompt + tokenizer.decode(written.slice(from));
      });
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
