const ROUNDS = 40;

/** Two directions in the space of vectors, each of length 1. */
export type Axes = [Float64Array, Float64Array];

/**
 * The two directions in which vectors differ most: the plane that pictures of them are drawn in, by
 * kernel and page alike (power iteration).
 *
 * @param vectors one after the other, `width` numbers each
 * @example principalAxes(Float32Array.of(2, 0, 0, -2, 0, 0, 0, 1, 0, 0, -1, 0), 3)
 */
export function principalAxes(vectors: Float32Array, width: number): Axes {
  const count = width === 0 ? 0 : vectors.length / width;
  const left = centred(vectors, width);
  const axes: Float64Array[] = [];
  for (let component = 0; component < 2; component++) {
    // Any beginning that is no axis' opposite will do; the same each time, so that pictures are.
    let axis = normal(
      Float64Array.from({ length: width }, (_, at) => Math.cos(at * (component + 2))),
    );
    for (let round = 0; round < ROUNDS; round++) {
      const next = new Float64Array(width);
      for (let row = 0; row < count; row++) {
        const place = along(left, row, width, axis);
        for (let at = 0; at < width; at++) next[at]! += left[row * width + at]! * place;
      }
      axis = normal(next);
    }
    axes.push(axis);
    // The next axis is looked for in what this one leaves.
    for (let row = 0; row < count; row++) {
      const place = along(left, row, width, axis);
      for (let at = 0; at < width; at++) left[row * width + at]! -= place * axis[at]!;
    }
  }
  return axes as Axes;
}

/**
 * Where vectors lie on two axes, around their own middle: x and y of each, one after the other.
 *
 * @example placesOn(vectors, width, principalAxes(vectors, width))
 */
export function placesOn(vectors: Float32Array, width: number, axes: Axes): Float32Array {
  const count = width === 0 ? 0 : vectors.length / width;
  const from = centred(vectors, width);
  const places = new Float32Array(2 * count);
  for (let row = 0; row < count; row++) {
    places[2 * row] = along(from, row, width, axes[0]);
    places[2 * row + 1] = along(from, row, width, axes[1]);
  }
  return places;
}

function centred(vectors: Float32Array, width: number): Float64Array {
  const count = vectors.length / width;
  const mean = new Float64Array(width);
  const left = new Float64Array(vectors.length);
  // Plain loops: this is done for each step that a drag comes by.
  for (let row = 0; row < count; row++) {
    for (let at = 0; at < width; at++) mean[at]! += vectors[row * width + at]! / count;
  }
  for (let row = 0; row < count; row++) {
    for (let at = 0; at < width; at++) {
      left[row * width + at] = vectors[row * width + at]! - mean[at]!;
    }
  }
  return left;
}

function along(from: Float64Array, row: number, width: number, axis: Float64Array): number {
  let sum = 0;
  for (let at = 0; at < width; at++) sum += from[row * width + at]! * axis[at]!;
  return sum;
}

function normal(axis: Float64Array): Float64Array {
  const length = Math.hypot(...axis) || 1;
  return axis.map((value) => value / length);
}
