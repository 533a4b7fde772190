import type { Tensor } from "@tensorflow/tfjs";
import type { Tensorflow } from "../tfjs.js";

/** An attribute as tfjs-node gives it to its binding. */
export interface OpAttribute {
  name: string;
  type: number;
  value: unknown;
}

/** A tensor as the binding names it. */
export interface BindingTensor {
  id: number;
  shape: number[];
  dtype: number;
}

/** The functions of tfjs-node's binding that a step goes through. Private API of tfjs-node 4.22.0. */
export interface Binding {
  TF_ATTR_STRING: number;
  TF_ATTR_INT: number;
  TF_ATTR_FLOAT: number;
  TF_ATTR_BOOL: number;
  TF_ATTR_TYPE: number;
  TF_ATTR_SHAPE: number;
  TF_FLOAT: number;
  TF_INT32: number;
  createTensor(shape: number[], dtype: number, values: ArrayBufferView | unknown[]): number;
  deleteTensor(id: number): void;
  tensorDataSync(id: number): ArrayBufferView;
  executeOp(
    name: string,
    attributes: OpAttribute[],
    inputs: number[],
    outputs: number,
  ): BindingTensor[];
}

/** The parts of tfjs-node's backend that recording needs. */
export interface NativeBackend {
  binding: Binding;
  tensorMap: { get(dataId: object): { id: number; dtype: number; shape: number[] } };
  getInputTensorIds(tensors: Tensor[]): number[];
  executeSingleOutput(name: string, attributes: OpAttribute[], inputs: Tensor[]): Tensor;
}

/** tfjs-node's backend. Only to be asked for where {@link Tensorflow} runs on it. */
export function nativeBackend(tf: Tensorflow): NativeBackend {
  return tf.backend() as unknown as NativeBackend;
}

/** Whether tfjs runs on TensorFlow here. */
export function isNative(tf: Tensorflow): boolean {
  return tf.getBackend() === "tensorflow";
}
