import type { Scalar, Tensor, Tensor1D, Tensor2D } from "@tensorflow/tfjs";
import type { UniformSource } from "../engine/step-random.js";
import type { Tensorflow } from "../engine/tfjs.js";
import type { ModelDefinition, Parameter } from "../models/definition.js";

/** One of the two tensors that a batch consists of. */
export interface Feed {
  dtype: "int32" | "float32";
  /** For so many rows of the batch. */
  shape(rows: number): number[];
  /** Whole numbers in it are below this one. */
  below: number;
}

/** A model of a session, and the sizes that its functions work on. */
export interface ModelAtWork {
  parameters: Parameter[];
  batchSize: number;
  /** 2 when a step is the mean of two half batches, which then run at once; see `halvesOf`. */
  halves: 1 | 2;
  feeds: { inputs: Feed; targets: Feed };
  /** The mean loss of a batch; `uniform` is null where nothing is to be dropped. */
  loss(
    tf: Tensorflow,
    weights: Tensor[],
    inputs: Tensor,
    targets: Tensor,
    uniform: UniformSource | null,
  ): Scalar;
  /** What only a model of text has. */
  text: TextAtWork | null;
}

/** A model that writes text. */
export interface TextAtWork {
  definition: ModelDefinition<unknown>;
  config: unknown;
  vocabulary: number;
  /** Tokens that one forward pass sees. */
  block: number;
}

/** A model of text with its sizes: its loss is the cross-entropy of the next token. */
export function textAtWork(
  { definition, config, vocabulary, block }: TextAtWork,
  batchSize: number,
  halves: 1 | 2,
): ModelAtWork {
  const tokens = { dtype: "int32", below: vocabulary } as const;
  return {
    ...{ batchSize, halves, parameters: definition.parameters(config, vocabulary) },
    feeds: {
      inputs: { ...tokens, shape: (rows) => [rows, block] },
      targets: { ...tokens, shape: (rows) => [rows * block] },
    },
    loss(tf, weights, inputs, targets, uniform) {
      const logits = definition.logits({ tf, uniform }, config, weights, inputs as Tensor2D);
      const wanted = tf.oneHot(targets as Tensor1D, vocabulary);
      return tf.losses.softmaxCrossEntropy(wanted, logits) as Scalar;
    },
    text: { definition, config, vocabulary, block },
  };
}

/** The mean loss of a batch and its gradient for each weight. */
export function lossAndGradients(
  tf: Tensorflow,
  model: ModelAtWork,
  weights: Tensor[],
  inputs: Tensor,
  targets: Tensor,
  uniform: UniformSource,
): { loss: Scalar; gradients: Tensor[] } {
  const { value, grads } = tf.valueAndGrads((...given: Tensor[]) =>
    model.loss(tf, given, inputs, targets, uniform),
  )(weights);
  return { loss: value, gradients: grads };
}

/** The scores for the token after `position` [1], given a whole block of tokens [1, block]. */
export function scoresOf(
  tf: Tensorflow,
  { definition, config, vocabulary }: TextAtWork,
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
  { definition, config }: TextAtWork,
  weights: Tensor[],
  tokens: Tensor2D,
): Tensor | null {
  const layers: Tensor[] = [];
  const onAttention = (weights: Tensor): void => void layers.push(tf.squeeze(weights, [0]));
  definition.logits({ tf, uniform: null, onAttention }, config, weights, tokens);
  return layers.length === 0 ? null : tf.stack(layers);
}

/** Where among the parameters each token of the alphabet has its vector; -1 when it has none. */
export function embeddingsAt({ parameters, text }: ModelAtWork): number {
  const name = text?.definition.embeddings;
  return name === undefined ? -1 : parameters.findIndex((parameter) => parameter.name === name);
}
