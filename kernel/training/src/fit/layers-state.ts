import type { LayersModel, Tensor } from "@tensorflow/tfjs";
import type { Variable } from "@tensorflow/tfjs-core";
import type { TensorSlice } from "@forkpoint/checkpoints";
import type { Tensorflow } from "../engine/tfjs.js";
import { freshOptimizer, innerOf, weightsOf } from "./layers-model.js";

/** A copy of what a model of layers and its optimizer hold. */
export interface LayersState {
  buffer: ArrayBuffer;
  tensors: TensorSlice[];
  /** The optimizer's own numbers: learning rate, iterations and so on. */
  numbers: Record<string, number>;
}

interface Slot {
  originalName: string;
  variable: Variable;
}

const isVariable = (value: unknown): value is Variable =>
  typeof (value as Partial<Variable> | null)?.assign === "function";
const isSlots = (value: unknown): value is Slot[] =>
  Array.isArray(value) && value.every((it) => isVariable((it as Partial<Slot> | null)?.variable));

/** Copies weights and optimizer out of a model. */
export function readLayers(model: LayersModel): LayersState {
  const { optimizer } = innerOf(model);
  const found: { name: string; tensor: Tensor }[] = weightsOf(model).map(({ name, read }) => ({
    ...{ name: `model/${name}`, tensor: read() },
  }));
  const numbers: Record<string, number> = {};
  for (const [key, value] of Object.entries(optimizer)) {
    if (typeof value === "number") numbers[key] = value;
    else if (isVariable(value)) found.push({ name: `optimizer/${key}`, tensor: value });
    else if (isSlots(value))
      value.forEach((slot, at) =>
        found.push({ name: `optimizer/${key}/${at}`, tensor: slot.variable }),
      );
  }
  const size = (tensor: Tensor): number => 4 * tensor.size;
  const buffer = new ArrayBuffer(found.reduce((sum, { tensor }) => sum + size(tensor), 0));
  const tensors: TensorSlice[] = [];
  let offset = 0;
  for (const { name, tensor } of found) {
    const { shape, size: length } = tensor;
    const dtype = tensor.dtype === "float32" ? "F32" : "I32";
    const Values = dtype === "F32" ? Float32Array : Int32Array;
    new Values(buffer, offset, length).set(tensor.dataSync());
    tensors.push({ name, dtype, shape, offset, length: size(tensor) });
    offset += size(tensor);
  }
  return { buffer, tensors, numbers };
}

/**
 * Puts a state into a model and its optimizer, made by {@link readLayers} of one built by the same
 * code.
 *
 * @throws Error when the state lacks a weight
 */
export function writeLayers(tf: Tensorflow, model: LayersModel, state: LayersState): void {
  const { optimizer } = innerOf(model);
  const places = new Map(state.tensors.map((tensor) => [tensor.name, tensor]));
  const tensorOf = ({ dtype, shape, offset, length }: TensorSlice): Tensor => {
    const Values = dtype === "F32" ? Float32Array : Int32Array;
    const values = new Values(state.buffer.slice(offset, offset + length));
    return tf.tensor(values, [...shape], dtype === "F32" ? "float32" : "int32");
  };
  const assign = (variable: Variable, place: TensorSlice): void => {
    const value = tensorOf(place);
    const cast = value.dtype === variable.dtype ? value : tf.cast(value, variable.dtype);
    variable.assign(cast);
    tf.dispose([value, cast].filter((it) => it !== (variable as Tensor)));
  };
  for (const { name, read } of weightsOf(model)) {
    const place = places.get(`model/${name}`);
    if (!place) throw new Error(`The state lacks the weight ${name}.`);
    assign(read(), place);
  }
  // What the state lacks begins as it does in an optimizer that has made no step.
  const fresh = freshOptimizer(model);
  for (const [key, value] of Object.entries(optimizer)) {
    if (isVariable(value)) {
      const place = places.get(`optimizer/${key}`);
      if (place) assign(value, place);
      else value.assign(fresh[key] as Tensor);
    } else if (typeof value === "number") {
      optimizer[key] = fresh[key];
    } else if (isSlots(value)) {
      tf.dispose(value.map((slot) => slot.variable));
      const slots: Slot[] = [];
      for (let at = 0; places.has(`optimizer/${key}/${at}`); at++) {
        const tensor = tensorOf(places.get(`optimizer/${key}/${at}`)!);
        slots.push({ originalName: `${key}/${at}`, variable: tf.variable(tensor, false) });
        tensor.dispose();
      }
      optimizer[key] = slots;
    }
  }
  fresh.dispose();
  // Plain gradient descent keeps its learning rate in a tensor besides.
  const { learningRate } = state.numbers;
  const { setLearningRate } = optimizer as { setLearningRate?: (rate: number) => void };
  if (learningRate !== undefined) setLearningRate?.call(optimizer, learningRate);
  Object.assign(optimizer, state.numbers);
}
