import type { Tensor1D, Tensor2D, Tensor } from "@tensorflow/tfjs";
import type { Tensorflow } from "../engine/tfjs.js";
import type { UniformSource } from "../engine/step-random.js";

/** One trained tensor: its name as in PyTorch, its shape, and how its first value is drawn. */
export interface Parameter {
  name: string;
  shape: number[];
  /** "ones", or the standard deviation of a normal distribution around 0. */
  initial: "ones" | number;
}

/** What the engine gives to a model beside its weights. */
export interface ForwardContext {
  tf: Tensorflow;
  /** Random numbers of this step, for dropout; null outside training, where nothing is dropped. */
  uniform: UniformSource | null;
  /** Given by whoever wants to see attention: called with each layer's [batch, heads, time, time]. */
  onAttention?: (weights: Tensor) => void;
}

/** A kind of model: everything that training needs to know of it. */
export interface ModelDefinition<Config = unknown> {
  kind: string;
  title: string;
  /** Checks a configuration at the door and fills in what was left out. */
  check(config: unknown): Config;
  parameters(config: Config, vocabulary: number): Parameter[];
  /** The number of tokens that one forward pass can see. */
  block(config: Config): number;
  /** Scores for the next token: [batch, time] int32 to [batch * time, vocabulary]. */
  logits(context: ForwardContext, config: Config, weights: Tensor[], tokens: Tensor2D): Tensor2D;
  /** The parameter that has a row for each token of the alphabet, if there is one. */
  embeddings?: string;
  /** One line for people, for example "4 layers · 4 heads". */
  summary(config: Config): string;
}

/** The number of trained values. */
export function parameterCount(parameters: Parameter[]): number {
  return parameters.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
}

/** The number of values in a tensor of this shape. */
export function sizeOf(shape: number[]): number {
  return shape.reduce((product, extent) => product * extent, 1);
}

/** Cuts one flat tensor into the tensors that the parameters name. */
export function unflatten(tf: Tensorflow, flat: Tensor1D, parameters: Parameter[]): Tensor[] {
  const sizes = parameters.map(({ shape }) => sizeOf(shape));
  return tf.split(flat, sizes).map((part, index) => tf.reshape(part, parameters[index]!.shape));
}
