import { stateDigest } from "@forkpoint/checkpoints";
import type { Manifest, StateInput, Store } from "@forkpoint/checkpoints";
import { randomStream, streamFrom } from "../engine/random.js";
import type { RandomStream } from "../engine/random.js";
import { parameterCount, sizeOf } from "../models/definition.js";
import type { Parameter } from "../models/definition.js";
import type { StepKey } from "../engine/step-random.js";
import type { Executor, LiveState } from "./executor.js";
import type { SpareMemory } from "./spare-memory.js";

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

/** Weights and slots, each group in one array. */
export type FlatState = [weights: Float32Array, m: Float32Array, v: Float32Array];

/**
 * Reads the weights and slots of a checkpoint.
 *
 * @throws CheckpointNotFound, CheckpointDamaged, TensorDamaged; TensorNotFound when it lacks one
 * @example const { flat } = await readFlat(store, parameters, checkpoint.id, createSpareMemory());
 */
export async function readFlat(
  store: Pick<Store, "readTensors">,
  parameters: Parameter[],
  checkpointId: string,
  memory: SpareMemory,
): Promise<{ flat: FlatState; manifest: Manifest; buffer: SharedArrayBuffer }> {
  const { flat, ...space } = inMemory(parameters, memory.take(bytesOf(parameters)));
  const { manifest } = await store.readTensors(checkpointId, space);
  return { flat, manifest, buffer: space.buffer };
}

/** The state that a checkpoint holds. @throws as {@link readFlat} */
export async function restoredState(
  store: Pick<Store, "readTensors">,
  { place }: Pick<Executor, "place">,
  parameters: Parameter[],
  checkpointId: string,
  memory: SpareMemory,
): Promise<TrainingState> {
  const { flat, manifest, buffer } = await readFlat(store, parameters, checkpointId, memory);
  const { step, rng, cursor } = manifest;
  const { batches = 0, tokens = 0, optimizer_steps = 0 } = cursor;
  const live = place(...flat);
  memory.give(buffer);
  return {
    ...{ step, live },
    batches: streamFrom(rng["batches"] ?? ""),
    dropout: streamFrom(rng["dropout"] ?? ""),
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
 * Copies the weights and slots of now out while steps go on, complete when `copied` resolves (to the
 * milliseconds it took).
 */
export function readOutBeside(
  { live }: TrainingState,
  parameters: Parameter[],
  memory: SpareMemory,
): ReadOut<SharedArrayBuffer> & { copied: Promise<number> } {
  const { flat, ...out } = inMemory(parameters, memory.take(bytesOf(parameters)));
  return { ...out, copied: live.readBeside(...flat) };
}

const bytesOf = (parameters: Parameter[]): number => groups.length * 4 * parameterCount(parameters);

function inMemory<Memory extends ArrayBufferLike>(parameters: Parameter[], buffer: Memory) {
  const size = parameterCount(parameters);
  const values = (group: number) => new Float32Array(buffer, group * 4 * size, size);
  const flat: FlatState = [values(0), values(1), values(2)];
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
