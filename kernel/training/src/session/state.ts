import { stateDigest } from "@forkpoint/checkpoints";
import type { StateInput } from "@forkpoint/checkpoints";
import { randomStream, streamFrom } from "../engine/random.js";
import type { RandomStream } from "../engine/random.js";
import { parameterCount, sizeOf } from "../models/definition.js";
import type { Parameter } from "../models/definition.js";
import type { StepKey } from "../engine/step-random.js";
import type { Executor, LiveState } from "./executor.js";

/** Everything that the next step depends on. */
export interface TrainingState {
  step: number;
  /** Weights and slots, on the engine. */
  live: LiveState;
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

export interface ReadOut<Memory extends ArrayBufferLike = ArrayBuffer> {
  buffer: Memory;
  tensors: TensorPlace[];
}

const groups = ["model", "optimizer/m", "optimizer/v"] as const;

/** The state at step 0: weights drawn from the seed, slots at zero. */
export function initialState(
  { place }: Pick<Executor, "place">,
  parameters: Parameter[],
  seed: number,
): TrainingState {
  const random = randomStream(seed, "initialisation");
  const values = new Float32Array(parameterCount(parameters));
  let at = 0;
  for (const { shape, initial } of parameters) {
    if (initial === 0) {
      at += sizeOf(shape);
      continue;
    }
    for (const end = at + sizeOf(shape); at < end; at++) {
      values[at] = initial === "ones" ? 1 : random.normal() * initial;
    }
  }
  return {
    step: 0,
    live: place(values, new Float32Array(values.length), new Float32Array(values.length)),
    batches: randomStream(seed, "batches"),
    dropout: randomStream(seed, "dropout"),
    cursor: { batches: 0, tokens: 0, optimizer_steps: 0 },
  };
}

/**
 * Weights and slots of a checkpoint's tensors, each group in one array.
 *
 * @throws {Error} when the checkpoint lacks one
 */
export function flatState(
  parameters: Parameter[],
  tensors: Map<string, Uint8Array>,
): [weights: Float32Array, m: Float32Array, v: Float32Array] {
  return groups.map((group) => {
    const values = new Uint8Array(4 * parameterCount(parameters));
    let at = 0;
    for (const { name } of parameters) {
      const bytes = tensors.get(`${group}/${name}`);
      if (!bytes) throw new Error(`The checkpoint lacks the tensor ${group}/${name}.`);
      values.set(bytes, at);
      at += bytes.byteLength;
    }
    return new Float32Array(values.buffer);
  }) as [Float32Array, Float32Array, Float32Array];
}

/** The state that a checkpoint holds. */
export function restoredState(
  { place }: Pick<Executor, "place">,
  parameters: Parameter[],
  step: number,
  state: Pick<StateInput, "rng" | "cursor">,
  tensors: Map<string, Uint8Array>,
): TrainingState {
  const { batches = 0, tokens = 0, optimizer_steps = 0 } = state.cursor;
  return {
    step,
    live: place(...flatState(parameters, tensors)),
    batches: streamFrom(state.rng["batches"] ?? ""),
    dropout: streamFrom(state.rng["dropout"] ?? ""),
    cursor: { batches, tokens, optimizer_steps },
  };
}

/** The random numbers of the step after this one are a function of this key. */
export function nextKey({ dropout, step }: TrainingState): StepKey {
  return [parseInt(dropout.state().slice(0, 8), 16) | 0, step + 1];
}

/** Copies weights and slots out of the engine into one buffer. */
export function readOut({ live }: TrainingState, parameters: Parameter[]): ReadOut {
  const { flat, ...out } = inMemory(parameters, new ArrayBuffer(bytesOf(parameters)));
  live.read(...flat);
  return out;
}

/**
 * Copies the weights and slots of now out while steps go on, into one shared buffer, complete when
 * `copied` resolves (to the milliseconds it took): `spare`, if it has the size. Memory that is handed
 * from thread to thread counts as new in each, so that each copy had V8 look through its whole heap.
 */
export function readOutBeside(
  { live }: TrainingState,
  parameters: Parameter[],
  spare: ArrayBufferLike | null,
): ReadOut<ArrayBufferLike> & { copied: Promise<number> } {
  const bytes = bytesOf(parameters);
  const memory = spare?.byteLength === bytes ? spare : new SharedArrayBuffer(bytes);
  const { flat, ...out } = inMemory(parameters, memory);
  return { ...out, copied: live.readBeside(...flat) };
}

const bytesOf = (parameters: Parameter[]): number => groups.length * 4 * parameterCount(parameters);

function inMemory<Memory extends ArrayBufferLike>(parameters: Parameter[], buffer: Memory) {
  const size = parameterCount(parameters);
  const values = (group: number) => new Float32Array(buffer, group * 4 * size, size);
  const flat: [weights: Float32Array, m: Float32Array, v: Float32Array] = [
    values(0),
    values(1),
    values(2),
  ];
  const tensors: TensorPlace[] = [];
  let offset = 0;
  for (const group of groups) {
    for (const { name, shape } of parameters) {
      const length = 4 * sizeOf(shape);
      tensors.push({ name: `${group}/${name}`, dtype: "F32", shape, offset, length });
      offset += length;
    }
  }
  return { flat, buffer, tensors };
}

/** Whether every weight and slot of a state is a finite number. */
export function isSound(state: TrainingState, parameters: Parameter[]): boolean {
  return new Float32Array(readOut(state, parameters).buffer).every(Number.isFinite);
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
