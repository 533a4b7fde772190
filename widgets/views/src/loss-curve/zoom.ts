import type { Axis } from "../timeline/axis.js";

/** Fewest steps that can be zoomed to. */
const LEAST = 4;

/**
 * The steps between two fractions of what is shown, whole; null where they are too few to look at.
 *
 * @example zoomTo({ from: 0, to: 1000 }, 0.5, 0.25) // { from: 250, to: 500 }
 */
export function zoomTo(shown: Axis, one: number, other: number): Axis | null {
  const at = (fraction: number): number =>
    shown.from + Math.min(1, Math.max(0, fraction)) * (shown.to - shown.from);
  const from = Math.round(at(Math.min(one, other)));
  const to = Math.round(at(Math.max(one, other)));
  return to - from >= LEAST ? { from, to } : null;
}

/**
 * What is shown after zooming by a factor around a step, kept within the axis; null for all of it.
 *
 * @param factor below 1 to see fewer steps
 * @example zoomBy({ from: 0, to: 1000 }, { from: 0, to: 1000 }, 500, 0.5) // { from: 250, to: 750 }
 */
export function zoomBy(all: Axis, shown: Axis, around: number, factor: number): Axis | null {
  const span = Math.max(LEAST, Math.round((shown.to - shown.from) * factor));
  if (span >= all.to - all.from) return null;
  const centre = Math.min(shown.to, Math.max(shown.from, around));
  const part = (centre - shown.from) / (shown.to - shown.from || 1);
  const from = Math.round(centre - part * span);
  const begin = Math.min(Math.max(all.from, from), all.to - span);
  return { from: begin, to: begin + span };
}
