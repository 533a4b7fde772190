import type { Tensor, Tensor1D, Tensor2D } from "@tensorflow/tfjs";
import { randomStream } from "../engine/random.js";
import { isNative } from "../engine/recorder/binding.js";
import { halfKey, stepRandom } from "../engine/step-random.js";
import type { StepKey } from "../engine/step-random.js";
import type { Tensorflow } from "../engine/tfjs.js";
import { sizeOf } from "../models/definition.js";
import { lossAndGradients } from "./model-functions.js";
import type { ModelAtWork } from "./model-functions.js";

const key: StepKey = [1, 1];

/**
 * Whether a step of this model may be run as two half batches at once, each on its own core: on the
 * native backend, for an even batch, and when loss and gradients of a batch are the means of those of
 * its halves. That is tried, because a model may look across its batch. The number of cores has no
 * say in it: the bits of a step do not depend on the machine's size.
 */
export function halvesOf(tf: Tensorflow, model: Omit<ModelAtWork, "halves">): 1 | 2 {
  const { batchSize, block, vocabulary, parameters } = model;
  if (!isNative(tf) || batchSize % 2 !== 0) return 1;
  return tf.tidy(() => {
    const random = randomStream(1, "halves");
    const draw = (size: number, next: () => number): number[] => Array.from({ length: size }, next);
    const weights = parameters.map(({ shape }) =>
      tf.tensor(
        draw(sizeOf(shape), () => (random.uniform() - 0.5) / 4),
        shape,
      ),
    );
    const token = (): number => Math.floor(random.uniform() * vocabulary);
    const inputs = tf.tensor2d(draw(batchSize * block, token), [batchSize, block], "int32");
    const targets = tf.tensor1d(draw(batchSize * block, token), "int32");
    const run = (rows: Tensor2D, next: Tensor1D, numbers: StepKey, halves: 1 | 2): Tensor => {
      const uniform = stepRandom(tf, numbers, tf.tensor1d([...numbers], "int32"), halves);
      const part = { ...model, halves, batchSize: rows.shape[0] };
      const { loss, gradients } = lossAndGradients(tf, part, weights, rows, next, uniform);
      return tf.concat1d([loss, ...gradients].map((it) => tf.reshape(it, [-1]) as Tensor1D));
    };
    const whole = run(inputs, targets, key, 2);
    const [first, second] = [0, 1].map((half) =>
      run(
        tf.slice(inputs, [(half * batchSize) / 2, 0], [batchSize / 2, block]),
        tf.slice(targets, [(half * batchSize * block) / 2], [(batchSize * block) / 2]),
        halfKey(key, half),
        1,
      ),
    ) as [Tensor, Tensor];
    const mean = tf.mul(tf.add(first, second), 0.5);
    const difference = tf.norm(tf.sub(whole, mean)).dataSync()[0]!;
    return difference < 1e-3 * tf.norm(whole).dataSync()[0]! ? 2 : 1;
  });
}
