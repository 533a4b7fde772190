/** Blocks along a side of a heatmap at most. */
const mostBlocks = 32;

/** Where two tensors differ: the mean of |one - other| over each block, row by row. */
export interface Heatmap {
  rows: number;
  columns: number;
  values: Float32Array;
}

/** How far two tensors of one name and shape are apart. */
export interface TensorDifference {
  /** Without the group: `h.0.attn.weight`. */
  name: string;
  shape: number[];
  /** ‖one - other‖ / max(‖one‖, ‖other‖): 0 when equal, whatever the tensor's size; at most 2. */
  relative: number;
  /** The largest |one - other| of all values. */
  largest: number;
  heatmap: Heatmap;
}

/**
 * Compares two tensors value by value. All but the last dimension become the rows of the heatmap.
 *
 * @example tensorDifference("wte", [2, 2], Float32Array.of(1, 0, 0, 0), Float32Array.of(0, 0, 0, 0)).relative // 1
 */
export function tensorDifference(
  name: string,
  shape: readonly number[],
  one: ArrayLike<number>,
  other: ArrayLike<number>,
): TensorDifference {
  const width = shape.at(-1) ?? 1;
  const height = width === 0 ? 0 : one.length / width;
  const [rows, columns] = [Math.min(height, mostBlocks), Math.min(width, mostBlocks)];
  const sums = new Float64Array(rows * columns);
  const counts = new Float64Array(rows * columns);
  let [apart, sizeOne, sizeOther, largest] = [0, 0, 0, 0];
  for (let at = 0; at < one.length; at++) {
    const [a, b] = [one[at]!, other[at]!];
    const difference = Math.abs(a - b);
    apart += difference * difference;
    sizeOne += a * a;
    sizeOther += b * b;
    if (difference > largest) largest = difference;
    const row = Math.floor((Math.floor(at / width) * rows) / height);
    const block = row * columns + Math.floor(((at % width) * columns) / width);
    sums[block]! += difference;
    counts[block]! += 1;
  }
  const size = Math.max(sizeOne, sizeOther);
  return {
    name,
    shape: [...shape],
    relative: apart === 0 ? 0 : Math.sqrt(apart / size),
    largest,
    heatmap: { rows, columns, values: Float32Array.from(sums, (sum, at) => sum / counts[at]!) },
  };
}
