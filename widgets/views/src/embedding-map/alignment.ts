import { placesOn, principalAxes, type Axes } from "@forkpoint/wire";

/** Vectors of tokens at one step. */
export interface Vectors {
  vectors: Float32Array;
  width: number;
}

/**
 * The axes that all steps are drawn on, so that points drift and don't jump: fitted to several steps
 * together, and turned so that what was drawn before stays where it was as far as it can.
 *
 * @param steps some of those there are, of one width; the newest last
 * @param before the axes of until now
 * @example axes = fittedAxes(evenly(held, 8).map(shownOf), axes);
 */
export function fittedAxes(steps: readonly Vectors[], before: Axes | null): Axes | null {
  const newest = steps.at(-1);
  if (!newest || newest.width === 0 || newest.vectors.length === 0) return null;
  const { width } = newest;
  const alike = steps.filter((step) => step.width === width);
  const together = new Float32Array(alike.reduce((sum, { vectors }) => sum + vectors.length, 0));
  let at = 0;
  for (const { vectors } of alike) {
    together.set(vectors, at);
    at += vectors.length;
  }
  const axes = principalAxes(together, width);
  if (!before || before[0].length !== width) return axes;
  const [now, then] = [axes, before].map((on) => placesOn(newest.vectors, width, on));
  return turned(axes, rotationOnto(now!, then!));
}

/** A turn of the plane, perhaps mirrored: new x and y from old ones. */
export type Turn = [number, number, number, number];

/**
 * The turn or mirroring that brings points nearest to others (orthogonal Procrustes, in the plane).
 *
 * @param from x and y of each, one after the other
 * @example rotationOnto(Float32Array.of(1, 0, 0, 1), Float32Array.of(0, 1, -1, 0)) // a quarter turn
 */
export function rotationOnto(from: Float32Array, onto: Float32Array): Turn {
  let [xx, xy, yx, yy] = [0, 0, 0, 0];
  for (let at = 0; at < from.length; at += 2) {
    xx += from[at]! * onto[at]!;
    xy += from[at]! * onto[at + 1]!;
    yx += from[at + 1]! * onto[at]!;
    yy += from[at + 1]! * onto[at + 1]!;
  }
  // What each of the two ways would bring together; the angle of the better one.
  const turn = Math.hypot(xx + yy, xy - yx);
  const mirror = Math.hypot(xx - yy, xy + yx);
  if (turn >= mirror) {
    const angle = Math.atan2(xy - yx, xx + yy);
    return [Math.cos(angle), -Math.sin(angle), Math.sin(angle), Math.cos(angle)];
  }
  const angle = Math.atan2(xy + yx, xx - yy);
  return [Math.cos(angle), Math.sin(angle), Math.sin(angle), -Math.cos(angle)];
}

function turned([x, y]: Axes, [a, b, c, d]: Turn): Axes {
  return [
    x.map((value, at) => a * value + b * y[at]!),
    x.map((value, at) => c * value + d * y[at]!),
  ];
}

/**
 * The tokens most like one: by the angle between their vectors, not by their distance on the map.
 *
 * @example nearestTokens(shown, 3, 5)
 */
export function nearestTokens({ vectors, width }: Vectors, token: number, most: number): number[] {
  const count = vectors.length / width;
  const vector = (at: number): Float32Array => vectors.subarray(at * width, (at + 1) * width);
  const own = vector(token);
  const likeness = (at: number): number => {
    let [dot, size] = [0, 0];
    vector(at).forEach((value, place) => {
      dot += value * own[place]!;
      size += value * value;
    });
    return size === 0 ? -Infinity : dot / Math.sqrt(size);
  };
  return Array.from({ length: count }, (_, at) => ({ at, like: likeness(at) }))
    .filter(({ at }) => at !== token)
    .sort((one, other) => other.like - one.like)
    .slice(0, most)
    .map(({ at }) => at);
}

/** The share of places that lie within reach; the rest would make all others small. */
const WITHIN = 0.985;

/**
 * How far from the middle nearly all places lie on one axis.
 *
 * @param steps x and y of each token, one after the other
 * @param axis 0 for x, 1 for y
 * @example reachOf([Float32Array.of(1, 0, -2, 0)], 0) === 2
 */
export function reachOf(steps: readonly Float32Array[], axis: 0 | 1): number {
  const count = steps.reduce((sum, places) => sum + places.length / 2, 0);
  const off = new Float32Array(count);
  let next = 0;
  for (const places of steps) {
    for (let at = axis; at < places.length; at += 2) off[next++] = Math.abs(places[at]!);
  }
  off.sort();
  return Math.max(1e-9, off[Math.min(count - 1, Math.ceil(WITHIN * count))] ?? 0);
}
