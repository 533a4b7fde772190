import type { Tensor, Tensor1D } from "@tensorflow/tfjs";
import { isNative, nativeBackend } from "./recorder/binding.js";
import type { Tensorflow } from "./tfjs.js";

/** Uniform random numbers in [0, 1), the same for the same key and the same order of calls. */
export type UniformSource = (shape: number[]) => Tensor;

/** What a step's random numbers are a function of: the session's own number, and the step. */
export type StepKey = readonly [number, number];

/** The key of one half of a batch. */
export function halfKey([session, step]: StepKey, half: number): StepKey {
  return [(session + half * 0x9e3779b9) | 0, step];
}

/**
 * The random numbers of one step. On the native backend they come from TensorFlow's stateless ops
 * and are a function of the tensor `key` (int32, two values), so that a compiled step can be fed
 * with it; elsewhere they are made in JavaScript from the numbers. With `halves` 2 they are those of
 * two half batches, one behind the other.
 */
export function stepRandom(
  tf: Tensorflow,
  numbers: StepKey,
  key: Tensor1D,
  halves: 1 | 2 = 1,
): UniformSource {
  let calls = 0;
  if (!isNative(tf)) {
    return (shape) =>
      tf.randomUniform(shape, 0, 1, "float32", `${numbers.join("/")}/${calls++}` as never);
  }
  const backend = nativeBackend(tf);
  const { TF_ATTR_TYPE, TF_FLOAT, TF_INT32 } = backend.binding;
  const type = (name: string, value: number) => ({ name, type: TF_ATTR_TYPE, value });
  const attributes = [type("dtype", TF_FLOAT), type("T", TF_INT32), type("Tseed", TF_INT32)];
  const draw = (shape: number[], call: number, half: number): Tensor => {
    const [offset] = halfKey([call, 0], half);
    const seed = tf.add(key, tf.tensor1d([offset, 0], "int32"));
    const inputs = [tf.tensor1d(shape, "int32"), seed];
    return backend.executeSingleOutput("StatelessRandomUniform", attributes, inputs);
  };
  return ([rows = 1, ...rest]) => {
    const call = calls++;
    if (halves === 1 || rows % 2 !== 0) return draw([rows, ...rest], call, 0);
    return tf.concat([0, 1].map((half) => draw([rows / 2, ...rest], call, half)));
  };
}
