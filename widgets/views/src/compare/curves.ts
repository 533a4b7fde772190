import type { Columns } from "../timeline/columns.js";
import { downsample, extent, type Point } from "../timeline/downsample.js";

/** The curves of one column: the steps both share, once, and what each has of its own. */
export interface Overlaid {
  shared: Point[];
  one: Point[];
  other: Point[];
}

/** Two sessions' curves on one plot. */
export interface Overlay {
  from: number;
  to: number;
  low: number;
  high: number;
  train: Overlaid;
  validation: Overlaid;
}

/**
 * The curves of two sessions, thinned for a plot so many pixels wide. Both begin at the last shared
 * step, so that they leave the shared curve without a gap.
 *
 * @param shared the last step both share; null when they share none
 * @example overlay(a.columns, b.columns, 300, 640).train.other
 */
export function overlay(
  one: Columns,
  other: Columns,
  shared: number | null,
  width: number,
): Overlay | null {
  const present = [one, other].filter(({ length }) => length > 0);
  if (present.length === 0) return null;
  const from = Math.min(...present.map(({ step }) => step[0]!));
  const to = Math.max(...present.map(({ step, length }) => step[length - 1]!));
  const pixels = Math.max(1, Math.floor(width));
  const part = (columns: Columns, name: string, first: number, last: number): Point[] => {
    const share = to > from ? (last - first) / (to - from) : 1;
    return downsample(columns, name, first, last, Math.max(1, Math.round(pixels * share)));
  };
  const curve = (name: string): Overlaid => {
    const parted = shared ?? from;
    return {
      shared: shared === null ? [] : part(one.length > 0 ? one : other, name, from, parted),
      one: part(one, name, parted, to),
      other: part(other, name, parted, to),
    };
  };
  const [train, validation] = [curve("train_loss"), curve("validation_loss")];
  const points = [train, validation].flatMap((all) => [...all.shared, ...all.one, ...all.other]);
  const [low, high] = extent(points, 0.04);
  return { from, to, low, high, train, validation };
}
