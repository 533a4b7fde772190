import type { WireStretch } from "@forkpoint/wire";

/** Two neighbouring steps between which nothing was recorded. */
export interface Gap {
  after: number;
  before: number;
}

/** A point of a line or a band, or where it breaks. */
export type Broken<T> = T | { step: number; value: null; low: null };

/**
 * Where steps are missing between two runs, as after a crash that took the newest rows.
 *
 * @example gapsOf(timeline.state.stretches) // [{ after: 700, before: 801 }]
 */
export function gapsOf(stretches: readonly WireStretch[]): Gap[] {
  return stretches.flatMap(({ to }, index) => {
    const next = stretches[index + 1];
    return next && next.from > to + 1 ? [{ after: to, before: next.from }] : [];
  });
}

/**
 * The points with a break wherever a gap lies between two of them, so that no line bridges it.
 *
 * @example brokenAt([{ step: 700, value: 2 }, { step: 801, value: 3 }], gaps)[1].value === null
 */
export function brokenAt<T extends { step: number }>(
  points: readonly T[],
  gaps: readonly Gap[],
): Broken<T>[] {
  const line: Broken<T>[] = [];
  let next = 0;
  points.forEach((point, index) => {
    const before = points[index - 1];
    while (next < gaps.length && gaps[next]!.before <= (before?.step ?? -1)) next++;
    const gap = gaps[next];
    if (before && gap && gap.after >= before.step && gap.before <= point.step) {
      line.push({ step: before.step, value: null, low: null });
    }
    line.push(point);
  });
  return line;
}

/**
 * The last step that was recorded by an ancestor; null where a session inherits nothing.
 *
 * @example inheritedUntil(timeline.state.stretches) === 400
 */
export function inheritedUntil(stretches: readonly WireStretch[]): number | null {
  return stretches.findLast(({ inherited }) => inherited)?.to ?? null;
}
