import type { Tensor, Tensor1D } from "@tensorflow/tfjs";
import { isNative, nativeBackend } from "./recorder/binding.js";
import type { Tensorflow } from "./tfjs.js";

/** Uniform random numbers in [0, 1), the same for the same key and the same order of calls. */
export type UniformSource = (shape: number[]) => Tensor;

/** What a step's random numbers are a function of: the session's own number, and the step. */
export type StepKey = readonly [number, number];

/**
 * The random numbers of one step. On the native backend they come from TensorFlow's stateless ops
 * and are a function of the tensor `key` (int32, two values), so that a compiled step can be fed
 * with it; elsewhere they are made in JavaScript from the numbers.
 */
export function stepRandom(tf: Tensorflow, numbers: StepKey, key: Tensor1D): UniformSource {
  let calls = 0;
  if (!isNative(tf)) {
    return (shape) =>
      tf.randomUniform(shape, 0, 1, "float32", `${numbers.join("/")}/${calls++}` as never);
  }
  const backend = nativeBackend(tf);
  const { TF_ATTR_TYPE, TF_FLOAT, TF_INT32 } = backend.binding;
  const type = (name: string, value: number) => ({ name, type: TF_ATTR_TYPE, value });
  const attributes = [type("dtype", TF_FLOAT), type("T", TF_INT32), type("Tseed", TF_INT32)];
  return (shape) => {
    const seed = tf.add(key, tf.tensor1d([calls++, 0], "int32"));
    const inputs = [tf.tensor1d(shape, "int32"), seed];
    return backend.executeSingleOutput("StatelessRandomUniform", attributes, inputs);
  };
}
