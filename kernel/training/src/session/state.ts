import type { Tensor1D } from "@tensorflow/tfjs";
import { stateDigest } from "@forkpoint/checkpoints";
import type { StateInput } from "@forkpoint/checkpoints";
import { randomStream, streamFrom } from "../engine/random.js";
import type { RandomStream } from "../engine/random.js";
import type { Tensorflow } from "../engine/tfjs.js";
import { sizeOf } from "../models/definition.js";
import type { Parameter } from "../models/definition.js";
import type { AdamWSlots } from "../optimizers/adamw.js";

/** Everything that the next step depends on. Tensors are flat, in the order of the parameters. */
export interface TrainingState {
  step: number;
  weights: Tensor1D;
  slots: AdamWSlots;
  batches: RandomStream;
  dropout: RandomStream;
  /** Where training stands in the data, and how many updates the optimizer has made. */
  cursor: { batches: number; tokens: number; optimizer_steps: number };
}

/** A tensor inside a buffer, as a checkpoint lists it. */
export interface TensorPlace {
  name: string;
  dtype: "F32";
  shape: number[];
  offset: number;
  length: number;
}

export interface ReadOut {
  buffer: ArrayBuffer;
  tensors: TensorPlace[];
}

const groups = ["model", "optimizer/m", "optimizer/v"] as const;

/** The state at step 0: weights drawn from the seed, slots at zero. */
export function initialState(tf: Tensorflow, parameters: Parameter[], seed: number): TrainingState {
  const random = randomStream(seed, "initialisation");
  const values = new Float32Array(totalSize(parameters));
  let at = 0;
  for (const { shape, initial } of parameters) {
    for (const end = at + sizeOf(shape); at < end; at++) {
      values[at] = initial === "ones" ? 1 : random.normal() * initial;
    }
  }
  return {
    step: 0,
    weights: tf.tensor1d(values),
    slots: { m: tf.zeros([values.length]), v: tf.zeros([values.length]) },
    batches: randomStream(seed, "batches"),
    dropout: randomStream(seed, "dropout"),
    cursor: { batches: 0, tokens: 0, optimizer_steps: 0 },
  };
}

/** The state that a checkpoint holds. */
export function restoredState(
  tf: Tensorflow,
  parameters: Parameter[],
  step: number,
  state: Pick<StateInput, "rng" | "cursor">,
  tensors: Map<string, Uint8Array>,
): TrainingState {
  const flat = groups.map((group) => {
    const values = new Uint8Array(4 * totalSize(parameters));
    let at = 0;
    for (const { name } of parameters) {
      const bytes = tensors.get(`${group}/${name}`);
      if (!bytes) throw new Error(`The checkpoint lacks the tensor ${group}/${name}.`);
      values.set(bytes, at);
      at += bytes.byteLength;
    }
    return tf.tensor1d(new Float32Array(values.buffer));
  });
  const { batches = 0, tokens = 0, optimizer_steps = 0 } = state.cursor;
  return {
    step,
    weights: flat[0]!,
    slots: { m: flat[1]!, v: flat[2]! },
    batches: streamFrom(state.rng["batches"] ?? ""),
    dropout: streamFrom(state.rng["dropout"] ?? ""),
    cursor: { batches, tokens, optimizer_steps },
  };
}

/** Copies weights and slots out of the engine: three reads and one buffer, ready to be handed over. */
export function readOut(state: TrainingState, parameters: Parameter[]): ReadOut {
  const size = totalSize(parameters);
  const buffer = new ArrayBuffer(groups.length * 4 * size);
  const tensors: TensorPlace[] = [];
  [state.weights, state.slots.m, state.slots.v].forEach((tensor, index) => {
    let offset = index * 4 * size;
    new Float32Array(buffer, offset, size).set(tensor.dataSync());
    for (const { name, shape } of parameters) {
      const length = 4 * sizeOf(shape);
      tensors.push({ name: `${groups[index]}/${name}`, dtype: "F32", shape, offset, length });
      offset += length;
    }
  });
  return { buffer, tensors };
}

/** The parts of a state that are not tensors, as a checkpoint stores them. */
export function stateInput(
  state: TrainingState,
  fixed: Pick<StateInput, "blobs" | "configs" | "engine">,
): StateInput {
  const rng = { batches: state.batches.state(), dropout: state.dropout.state() };
  return { ...fixed, rng, cursor: { ...state.cursor } };
}

/** The digest of a state, equal to that of a checkpoint made of it. */
export function digestOf(state: TrainingState, parameters: Parameter[], input: StateInput): string {
  const { buffer, tensors } = readOut(state, parameters);
  const views = tensors.map(({ offset, length, ...tensor }) => ({
    ...tensor,
    bytes: new Uint8Array(buffer, offset, length),
  }));
  return stateDigest(state.step, views, input);
}

/** Gives the engine's memory back. */
export function disposeState(state: TrainingState): void {
  for (const tensor of [state.weights, state.slots.m, state.slots.v]) tensor.dispose();
}

function totalSize(parameters: Parameter[]): number {
  return parameters.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
}
