import type { Scalar, Tensor1D } from "@tensorflow/tfjs";
import type { Tensorflow } from "../engine/tfjs.js";
import { OptionInvalid } from "../errors/options.js";
import { sizeOf } from "../models/definition.js";
import type { Parameter } from "../models/definition.js";
import { integerOption, namedOptions, numberOption } from "../options.js";
import type { Options } from "../options.js";

/** An optimizer as a session is asked for it. */
export interface OptimizerDescription {
  kind: "adamw";
  /** The highest learning rate; the only one without a schedule. */
  learningRate: number;
  beta1: number;
  beta2: number;
  epsilon: number;
  weightDecay: number;
  /** "constant", or "cosine": down to `minLearningRate` at `decaySteps`. Absent: constant. */
  schedule?: "constant" | "cosine";
  /** Steps over which the learning rate first rises in a straight line. */
  warmupSteps?: number;
  /** The absolute step at which the cosine ends. */
  decaySteps?: number;
  minLearningRate?: number;
}

const scheduleNames = ["schedule", "warmupSteps", "decaySteps", "minLearningRate"];
const names = ["learningRate", "beta1", "beta2", "epsilon", "weightDecay", ...scheduleNames];
const positive = (x: number): boolean => Number.isFinite(x) && x > 0;
const share = (x: number): boolean => x >= 0 && x < 1;
const notNegative = (x: number): boolean => Number.isFinite(x) && x >= 0;

/**
 * Describes AdamW (Loshchilov and Hutter 2019): Adam with decoupled weight decay, which is applied
 * to matrices only, as GPT-2 training does. Schedules go by the session's absolute step.
 *
 * @throws OptionInvalid naming the option and what it may be; OptionUnknown.
 * @example
 * adamW({ learningRate: 1e-3, weightDecay: 0.1 });
 * adamW({ learningRate: 1e-3, schedule: "cosine", warmupSteps: 100, decaySteps: 2000 });
 */
export function adamW(
  options: Partial<Omit<OptimizerDescription, "kind">> = {},
): OptimizerDescription {
  const given = namedOptions("adamW", options, names);
  const number = (
    name: string,
    fallback: number,
    fits: (x: number) => boolean,
    wanted: string,
  ): number => numberOption("adamW", given, name, fallback, fits, wanted);
  const learningRate = number("learningRate", 1e-3, positive, "a number above 0");
  return {
    kind: "adamw",
    learningRate,
    beta1: number("beta1", 0.9, share, "at least 0 and below 1"),
    beta2: number("beta2", 0.99, share, "at least 0 and below 1"),
    epsilon: number("epsilon", 1e-8, positive, "a number above 0"),
    weightDecay: number("weightDecay", 0.1, notNegative, "0 or more"),
    ...scheduleOf(given, learningRate),
  };
}

function scheduleOf(given: Options, learningRate: number): Partial<OptimizerDescription> {
  if (scheduleNames.every((name) => given[name] === undefined)) return {};
  const schedule = given["schedule"] ?? "constant";
  if (schedule !== "constant" && schedule !== "cosine")
    throw new OptionInvalid("adamW", "schedule", schedule, '"constant" or "cosine"');
  const warmupSteps = integerOption("adamW", given, "warmupSteps", 0, 0);
  if (schedule === "constant") return { schedule, warmupSteps };
  if (given["decaySteps"] === undefined) {
    const wanted = "the step at which the cosine ends, for example 2000";
    throw new OptionInvalid("adamW", "decaySteps", undefined, wanted);
  }
  const decaySteps = integerOption("adamW", given, "decaySteps", 0, warmupSteps + 1);
  const least = learningRate / 10;
  const fits = (x: number): boolean => x >= 0 && x <= learningRate;
  const wanted = "from 0 to the learning rate";
  const minLearningRate = numberOption("adamW", given, "minLearningRate", least, fits, wanted);
  return { schedule, warmupSteps, decaySteps, minLearningRate };
}

/**
 * The learning rate of the update that makes step `step`, the first being 1: a straight line up to
 * `learningRate`, reached at step `warmupSteps`, then constant or a half cosine.
 *
 * @example
 * learningRateAt(adamW({ learningRate: 1, warmupSteps: 10 }), 5); // 0.5
 */
export function learningRateAt(optimizer: OptimizerDescription, step: number): number {
  const { learningRate, schedule, warmupSteps = 0, decaySteps = 0 } = optimizer;
  const { minLearningRate = learningRate / 10 } = optimizer;
  if (step < warmupSteps) return (learningRate * step) / warmupSteps;
  if (schedule !== "cosine") return learningRate;
  if (step >= decaySteps) return minLearningRate;
  const done = (step - warmupSteps) / (decaySteps - warmupSteps);
  return minLearningRate + 0.5 * (1 + Math.cos(Math.PI * done)) * (learningRate - minLearningRate);
}

/**
 * The numbers of one update, in the order that `native/adamw.h` reads. `step` is the step that the
 * update makes, `count` the number of this update, from 1: a fork with fresh slots counts anew.
 */
export function adamWNumbers(
  optimizer: OptimizerDescription,
  step: number,
  count: number,
): Float32Array {
  const { beta1, beta2, epsilon, weightDecay } = optimizer;
  return Float32Array.of(
    ...[learningRateAt(optimizer, step), beta1, 1 - beta1, beta2, 1 - beta2],
    ...[1 / (1 - beta1 ** count), 1 / Math.sqrt(1 - beta2 ** count), epsilon, weightDecay],
  );
}

/** The optimizer's slots, each as long as all weights together. */
export interface AdamWSlots {
  m: Tensor1D;
  v: Tensor1D;
}

/** Whether weight decay applies: to matrices, not to norms. */
export function decays({ shape }: Parameter): boolean {
  return shape.length > 1;
}

/** 1 for every value that decays, 0 for the rest: as long as all weights. */
export function decayMask(tf: Tensorflow, parameters: Parameter[]): Tensor1D {
  const sizes = parameters.map(({ shape }) => sizeOf(shape));
  const mask = new Float32Array(sizes.reduce((sum, size) => sum + size, 0));
  let at = 0;
  parameters.forEach((parameter, index) => {
    if (decays(parameter)) mask.fill(1, at, at + sizes[index]!);
    at += sizes[index]!;
  });
  return tf.tensor1d(mask);
}

/**
 * One eager update over flat weights and slots, by the numbers of {@link adamWNumbers}.
 * Returns new tensors; nothing is changed in place.
 */
export function adamWUpdate(
  tf: Tensorflow,
  numbers: Float32Array,
  weights: Tensor1D,
  slots: AdamWSlots,
  gradient: Tensor1D,
  mask: Tensor1D,
): { weights: Tensor1D; m: Tensor1D; v: Tensor1D } {
  const [learningRate, beta1, rest1, beta2, rest2, correction1, correction2, epsilon, weightDecay] =
    Array.from(numbers, (number) => tf.scalar(number)) as [
      ...[Scalar, Scalar, Scalar, Scalar, Scalar],
      ...[Scalar, Scalar, Scalar, Scalar],
    ];
  const m = tf.add(tf.mul(slots.m, beta1), tf.mul(gradient, rest1)) as Tensor1D;
  const v = tf.add(tf.mul(slots.v, beta2), tf.mul(tf.square(gradient), rest2)) as Tensor1D;
  const root = tf.mul(tf.sqrt(v), correction2);
  const step = tf.div(tf.mul(m, correction1), tf.add(root, epsilon));
  const decayed = tf.mul(tf.mul(weights, mask), weightDecay);
  return {
    weights: tf.sub(weights, tf.mul(tf.add(decayed, step), learningRate)) as Tensor1D,
    m,
    v,
  };
}
