import type { Tensor1D } from "@tensorflow/tfjs";
import type { Tensorflow } from "../engine/tfjs.js";
import { sizeOf } from "../models/definition.js";
import type { Parameter } from "../models/definition.js";
import { namedOptions, numberOption } from "../options.js";

/** An optimizer as a session is asked for it. */
export interface OptimizerDescription {
  kind: "adamw";
  learningRate: number;
  beta1: number;
  beta2: number;
  epsilon: number;
  weightDecay: number;
}

/**
 * Describes AdamW (Loshchilov and Hutter 2019): Adam with decoupled weight decay, which is applied
 * to matrices only, as GPT-2 training does.
 *
 * @throws OptionInvalid naming the option and what it may be.
 * @example
 * adamW({ learningRate: 1e-3, weightDecay: 0.1 });
 */
export function adamW(
  options: Partial<Omit<OptimizerDescription, "kind">> = {},
): OptimizerDescription {
  const names = ["learningRate", "beta1", "beta2", "epsilon", "weightDecay"];
  const given = namedOptions("adamW", options, names);
  const positive = (x: number): boolean => Number.isFinite(x) && x > 0;
  const share = (x: number): boolean => x >= 0 && x < 1;
  return {
    kind: "adamw",
    learningRate: numberOption("adamW", given, "learningRate", 1e-3, positive, "a number above 0"),
    beta1: numberOption("adamW", given, "beta1", 0.9, share, "at least 0 and below 1"),
    beta2: numberOption("adamW", given, "beta2", 0.99, share, "at least 0 and below 1"),
    epsilon: numberOption("adamW", given, "epsilon", 1e-8, positive, "a number above 0"),
    weightDecay: numberOption(
      "adamW",
      given,
      "weightDecay",
      0.1,
      (x) => positive(x) || x === 0,
      "0 or more",
    ),
  };
}

/** The optimizer's slots, each as long as all weights together. */
export interface AdamWSlots {
  m: Tensor1D;
  v: Tensor1D;
}

/** 1 for every value that decays (matrices), 0 for the rest (norms): as long as all weights. */
export function decayMask(tf: Tensorflow, parameters: Parameter[]): Tensor1D {
  const sizes = parameters.map(({ shape }) => sizeOf(shape));
  const mask = new Float32Array(sizes.reduce((sum, size) => sum + size, 0));
  let at = 0;
  parameters.forEach(({ shape }, index) => {
    if (shape.length > 1) mask.fill(1, at, at + sizes[index]!);
    at += sizes[index]!;
  });
  return tf.tensor1d(mask);
}

/**
 * One update over flat weights and slots. `count` is the number of this update, from 1.
 * Returns new tensors; nothing is changed in place.
 */
export function adamWUpdate(
  tf: Tensorflow,
  optimizer: OptimizerDescription,
  weights: Tensor1D,
  slots: AdamWSlots,
  gradient: Tensor1D,
  decays: Tensor1D,
  count: number,
): { weights: Tensor1D; m: Tensor1D; v: Tensor1D } {
  const { learningRate, beta1, beta2, epsilon, weightDecay } = optimizer;
  const m = tf.add(tf.mul(slots.m, beta1), tf.mul(gradient, 1 - beta1)) as Tensor1D;
  const v = tf.add(tf.mul(slots.v, beta2), tf.mul(tf.square(gradient), 1 - beta2)) as Tensor1D;
  const correctedM = tf.mul(m, 1 / (1 - beta1 ** count));
  const correctedV = tf.mul(tf.sqrt(v), 1 / Math.sqrt(1 - beta2 ** count));
  const step = tf.div(correctedM, tf.add(correctedV, epsilon));
  const decayed = tf.mul(tf.mul(weights, decays), weightDecay);
  return {
    weights: tf.sub(weights, tf.mul(tf.add(decayed, step), learningRate)) as Tensor1D,
    m,
    v,
  };
}
