import type { Batch } from "../data/batches.js";
import type { StepKey } from "../engine/step-random.js";

/** Weights and optimizer slots where an executor keeps them; flat, in the order of the parameters. */
export interface LiveState {
  /** Copies weights, first and second moments out; each array as long as all weights. */
  read(weights: Float32Array, m: Float32Array, v: Float32Array): void;
  /**
   * As read, of the state of now, while steps go on where that is possible. The arrays must not be
   * handed over before. Resolves to the milliseconds it took beside them.
   */
  readBeside(weights: Float32Array, m: Float32Array, v: Float32Array): Promise<number>;
  dispose(): void;
}

/** The attention of one forward pass. */
export interface Attention {
  /** [layers, heads, block, block]. */
  shape: number[];
  values: Float32Array;
}

/** How the functions of a model are carried out: eagerly, op by op, or as compiled graphs. */
export interface Executor {
  mode: "compiled" | "eager";
  /** Why the step is not compiled, as a sentence; null when it is or was not asked to be. */
  reason: string | null;
  /** The compiled step, as it is stored beside checkpoints; null when eager. */
  graph: Uint8Array | null;
  /** Takes a state over. A compiled executor holds one at a time: an earlier one is gone then. */
  place(weights: Float32Array, m: Float32Array, v: Float32Array): LiveState;
  /** One update with the numbers of `adamWNumbers`; returns the batch's loss. */
  train(live: LiveState, batch: Batch, key: StepKey, numbers: Float32Array): number;
  /** The loss of a batch, nothing dropped. */
  loss(live: LiveState, batch: Batch): number;
  /** The scores for the token after `position`, given a whole block of tokens. */
  scores(live: LiveState, tokens: Int32Array, position: number): Float32Array;
  /** Where each token of a block looked; null when the model shows no attention. */
  attention(live: LiveState, tokens: Int32Array): Attention | null;
  /** The vector of each token of the alphabet; null when the model has none. */
  embeddings(live: LiveState): Float32Array | null;
  close(): void;
}
