import type { History, LayersModel, ModelFitArgs } from "@tensorflow/tfjs";
import { shuffled } from "../data/examples.js";
import { randomStream } from "../engine/random.js";
import type { Tensorflow } from "../engine/tfjs.js";
import { innerOf } from "./layers-model.js";
import type { TrainFunction } from "./layers-model.js";
import { withOrders } from "./shuffle.js";

/** What goes into `model.fit`. */
export interface FitInput {
  x: Parameters<LayersModel["fit"]>[0];
  y: Parameters<LayersModel["fit"]>[1];
  args: ModelFitArgs;
  /** Examples of an epoch, those for validation left out. */
  samples: number;
  batchSize: number;
}

/** A stretch of `model.fit` from one step on. */
export interface FitPass {
  seed: number;
  /** The step that the model is at. */
  from: number;
  /** The epoch up to which it is to go. */
  epochs: number;
  callbacks: ModelFitArgs["callbacks"];
  /** Loss and metrics of a step of this epoch that was made before; they belong to its averages. */
  made(step: number): number[];
  /** Told of each step, at once. */
  stepped(step: number, values: number[], milliseconds: number): void;
}

/** Batches in an epoch. */
export function batchesIn({ samples, batchSize }: Pick<FitInput, "samples" | "batchSize">): number {
  return Math.ceil(samples / batchSize);
}

/**
 * Runs a model's own fit so that what it does is a function of seed and step alone: the order of each
 * epoch, and what its layers draw with Math.random. Of the epoch that it begins in, the batches made
 * before are passed over.
 *
 * @param fit the model's own fit, as tfjs has it
 */
export async function runPass(
  tf: Tensorflow,
  model: LayersModel,
  fit: LayersModel["fit"],
  { x, y, args, samples, batchSize }: FitInput,
  pass: FitPass,
): Promise<History> {
  const inner = innerOf(model);
  const each = batchesIn({ samples, batchSize });
  const firstEpoch = Math.floor(pass.from / each);
  let step = firstEpoch * each;
  const make = inner.makeTrainFunction.bind(inner);
  inner.makeTrainFunction = (): TrainFunction => {
    const train = make();
    return (batch) => {
      step += 1;
      if (step <= pass.from) return pass.made(step).map((value) => tf.scalar(value));
      const began = performance.now();
      const made = withSeededRandom(pass.seed, step, () => train(batch));
      const values = made.map((value) => value.dataSync()[0]!);
      pass.stepped(step, values, performance.now() - began);
      return made;
    };
  };
  const given = {
    // A shuffle comes where an epoch begins, and nowhere else.
    take: (length: number) =>
      length === samples && step % each === 0
        ? shuffled(`fit ${pass.seed}`, samples, step / each)
        : null,
  };
  const { epochs, callbacks } = pass;
  try {
    return await withOrders(tf, given, () =>
      fit.call(model, x, y, {
        ...args,
        ...{ batchSize, epochs, callbacks, initialEpoch: Math.min(firstEpoch, epochs) },
      }),
    );
  } finally {
    delete (inner as Partial<typeof inner>).makeTrainFunction;
  }
}

// A step runs to its end without a turn of anything else, so nobody else sees these numbers.
function withSeededRandom<Result>(seed: number, step: number, run: () => Result): Result {
  const { random } = Math;
  Math.random = randomStream(seed, `fit ${step}`).uniform;
  try {
    return run();
  } finally {
    Math.random = random;
  }
}
