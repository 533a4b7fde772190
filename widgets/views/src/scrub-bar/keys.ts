import { nearestStep } from "../timeline/search.js";
import type { Columns } from "../timeline/columns.js";

/**
 * What a key does to the step shown: a step, null for Live, undefined where the key means nothing here.
 * Arrows go to the neighbouring recorded step, Page keys a tenth of all, Home to the first, End to Live.
 *
 * @example stepForKey("ArrowLeft", columns, columns.length - 1)
 */
export function stepForKey(key: string, columns: Columns, row: number): number | null | undefined {
  const page = Math.max(1, Math.round(columns.length / 10));
  const moves: Record<string, number> = {
    ArrowLeft: -1,
    ArrowDown: -1,
    ArrowRight: 1,
    ArrowUp: 1,
    PageDown: -page,
    PageUp: page,
    Home: -Infinity,
    End: Infinity,
  };
  if (!Object.hasOwn(moves, key) || columns.length === 0) return undefined;
  const target = Math.max(0, row + moves[key]!);
  return target >= columns.length - 1 ? null : columns.step[target]!;
}

/**
 * What dragging to a step (not rounded) shows: the nearest recorded step; null, Live, at the newest.
 *
 * @example stepForDrag(columns, 1999.8, 2000) === null
 */
export function stepForDrag(columns: Columns, step: number, newest: number): number | null {
  const nearest = nearestStep(columns, step);
  return nearest === null || nearest >= newest ? null : nearest;
}
