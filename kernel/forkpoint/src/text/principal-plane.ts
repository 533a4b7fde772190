const ROUNDS = 30;

/**
 * Vectors, one after the other, as places in the plane in which they differ most (power iteration).
 *
 * @example principalPlane(Float32Array.of(1, 0, 0, -1, 0, 0), 3) // [[1, 0], [-1, 0]], or mirrored
 */
export function principalPlane(vectors: Float32Array, width: number): [number, number][] {
  const count = width === 0 ? 0 : vectors.length / width;
  const mean = new Float64Array(width);
  vectors.forEach((value, at) => (mean[at % width]! += value / count));
  const centred = Float64Array.from(vectors, (value, at) => value - mean[at % width]!);
  const along = (axis: Float64Array): Float64Array => {
    const places = new Float64Array(count);
    centred.forEach((value, at) => (places[Math.floor(at / width)]! += value * axis[at % width]!));
    return places;
  };
  const places: Float64Array[] = [];
  for (let component = 0; component < 2; component++) {
    let axis = Float64Array.from({ length: width }, (_, at) => Math.cos(at * (component + 1) + 1));
    for (let round = 0; round < ROUNDS; round++) {
      const next = new Float64Array(width);
      const on = along(axis);
      centred.forEach((value, at) => (next[at % width]! += value * on[Math.floor(at / width)]!));
      const length = Math.hypot(...next) || 1;
      axis = next.map((value) => value / length);
    }
    const on = along(axis);
    places.push(on);
    // The next axis is looked for in what this one leaves.
    centred.forEach((value, at) => {
      centred[at] = value - on[Math.floor(at / width)]! * axis[at % width]!;
    });
  }
  return Array.from({ length: count }, (_, at) => [places[0]![at]!, places[1]![at]!]);
}
