import type { Scalar, Tensor, Tensor1D, Tensor2D } from "@tensorflow/tfjs";
import type { UniformSource } from "../engine/step-random.js";
import type { Tensorflow } from "../engine/tfjs.js";
import type { ModelDefinition, Parameter } from "../models/definition.js";

/** A model of a session, and the sizes that its functions work on. */
export interface ModelAtWork {
  definition: ModelDefinition<unknown>;
  config: unknown;
  vocabulary: number;
  parameters: Parameter[];
  /** Tokens that one forward pass sees. */
  block: number;
  batchSize: number;
  /** 2 when a step is the mean of two half batches, which then run at once; see `halvesOf`. */
  halves: 1 | 2;
}

/** The mean loss of a batch: cross-entropy of the next token. */
export function lossOf(
  tf: Tensorflow,
  { definition, config, vocabulary }: ModelAtWork,
  weights: Tensor[],
  inputs: Tensor2D,
  targets: Tensor1D,
  uniform: UniformSource | null,
): Scalar {
  const logits = definition.logits({ tf, uniform }, config, weights, inputs);
  return tf.losses.softmaxCrossEntropy(tf.oneHot(targets, vocabulary), logits) as Scalar;
}

/** The mean loss of a batch and its gradient for each weight. */
export function lossAndGradients(
  tf: Tensorflow,
  model: ModelAtWork,
  weights: Tensor[],
  inputs: Tensor2D,
  targets: Tensor1D,
  uniform: UniformSource,
): { loss: Scalar; gradients: Tensor[] } {
  const { value, grads } = tf.valueAndGrads((...given: Tensor[]) =>
    lossOf(tf, model, given, inputs, targets, uniform),
  )(weights);
  return { loss: value, gradients: grads };
}

/** The scores for the token after `position` [1], given a whole block of tokens [1, block]. */
export function scoresOf(
  tf: Tensorflow,
  { definition, config, vocabulary }: ModelAtWork,
  weights: Tensor[],
  tokens: Tensor2D,
  position: Tensor1D,
): Tensor1D {
  const logits = definition.logits({ tf, uniform: null }, config, weights, tokens);
  return tf.reshape(tf.gather(logits, position), [vocabulary]) as Tensor1D;
}

/**
 * Where each token of a block looked, [layers, heads, block, block], given tokens [1, block]; null
 * when the model shows no attention.
 */
export function attentionOf(
  tf: Tensorflow,
  { definition, config }: ModelAtWork,
  weights: Tensor[],
  tokens: Tensor2D,
): Tensor | null {
  const layers: Tensor[] = [];
  const onAttention = (weights: Tensor): void => void layers.push(tf.squeeze(weights, [0]));
  definition.logits({ tf, uniform: null, onAttention }, config, weights, tokens);
  return layers.length === 0 ? null : tf.stack(layers);
}
