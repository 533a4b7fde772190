import type { Tensor, Tensor1D } from "@tensorflow/tfjs";
import { randomStream } from "../engine/random.js";
import { isNative } from "../engine/recorder/binding.js";
import { halfKey, stepRandom } from "../engine/step-random.js";
import type { StepKey } from "../engine/step-random.js";
import type { Tensorflow } from "../engine/tfjs.js";
import { sizeOf } from "../models/definition.js";
import { lossAndGradients } from "./model-functions.js";
import type { Feed, ModelAtWork } from "./model-functions.js";

const key: StepKey = [1, 1];

/**
 * Whether a step of this model may be run as two half batches at once, each on its own core: on the
 * native backend, for an even batch, and when loss and gradients of a batch are the means of those of
 * its halves. That is tried, because a model may look across its batch. The number of cores has no
 * say in it: the bits of a step do not depend on the machine's size.
 */
export function halvesOf(tf: Tensorflow, model: ModelAtWork): 1 | 2 {
  const { batchSize, feeds, parameters } = model;
  if (!isNative(tf) || batchSize % 2 !== 0) return 1;
  return tf.tidy(() => {
    const random = randomStream(1, "halves");
    const draw = (shape: number[], next: () => number): Tensor =>
      tf.tensor(Array.from({ length: sizeOf(shape) }, next), shape);
    const weights = parameters.map(({ shape }) => draw(shape, () => (random.uniform() - 0.5) / 4));
    const trial = ({ dtype, shape, below }: Feed): Tensor =>
      dtype === "int32"
        ? draw(shape(batchSize), () => Math.floor(random.uniform() * below)).toInt()
        : draw(shape(batchSize), () => random.uniform());
    const [inputs, targets] = [trial(feeds.inputs), trial(feeds.targets)];
    const run = (rows: Tensor, next: Tensor, numbers: StepKey, halves: 1 | 2): Tensor => {
      const uniform = stepRandom(tf, numbers, tf.tensor1d([...numbers], "int32"), halves);
      const part = { ...model, halves, batchSize: rows.shape[0] };
      const { loss, gradients } = lossAndGradients(tf, part, weights, rows, next, uniform);
      return tf.concat1d([loss, ...gradients].map((it) => tf.reshape(it, [-1]) as Tensor1D));
    };
    const whole = run(inputs, targets, key, 2);
    // Both halves of a tensor, whatever else its shape is: rows lie one behind the other.
    const half = (whole: Tensor, feed: Feed, at: number): Tensor =>
      tf.reshape(tf.split(tf.reshape(whole, [2, -1]), 2)[at]!, feed.shape(batchSize / 2));
    const [first, second] = [0, 1].map((at) =>
      run(half(inputs, feeds.inputs, at), half(targets, feeds.targets, at), halfKey(key, at), 1),
    ) as [Tensor, Tensor];
    const mean = tf.mul(tf.add(first, second), 0.5);
    const difference = tf.norm(tf.sub(whole, mean)).dataSync()[0]!;
    return difference < 1e-3 * tf.norm(whole).dataSync()[0]! ? 2 : 1;
  });
}
