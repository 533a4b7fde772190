/** The stretch of steps that ScrubBar and curves show. */
export interface Axis {
  from: number;
  to: number;
}

/**
 * Where a step lies on the axis, 0 to 1.
 *
 * @example fractionOf({ from: 0, to: 200 }, 50) === 0.25
 */
export function fractionOf(axis: Axis, step: number): number {
  if (axis.to <= axis.from) return 1;
  return Math.min(1, Math.max(0, (step - axis.from) / (axis.to - axis.from)));
}

/**
 * The step (not rounded) at a fraction of the axis.
 *
 * @example stepAt({ from: 0, to: 200 }, 0.25) === 50
 */
export function stepAt(axis: Axis, fraction: number): number {
  return axis.from + Math.min(1, Math.max(0, fraction)) * (axis.to - axis.from);
}
