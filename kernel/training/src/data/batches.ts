import type { RandomStream } from "../engine/random.js";

/** One batch: what goes into the model, and what is to come out. */
export interface Batch {
  inputs: Int32Array | Float32Array;
  targets: Int32Array | Float32Array;
}

/**
 * Draws a batch of random windows: rows of tokens and, for each token, the one that follows it, both
 * [size, block], as nanoGPT's `get_batch` does (karpathy/nanoGPT train.py).
 * A fresh array each time: tensors made from it share its memory.
 *
 * @example
 * const batch = drawBatch(tokens, 12, 64, randomStream(1337, "batches"));
 */
export function drawBatch(
  tokens: Int32Array,
  size: number,
  block: number,
  random: RandomStream,
): Batch {
  const inputs = new Int32Array(size * block);
  const targets = new Int32Array(size * block);
  for (let row = 0; row < size; row++) {
    const start = Math.floor(random.uniform() * (tokens.length - block));
    inputs.set(tokens.subarray(start, start + block), row * block);
    targets.set(tokens.subarray(start + 1, start + block + 1), row * block);
  }
  return { inputs, targets };
}
