import type { Columns } from "../timeline/columns.js";
import { nearestStep, placeCount, placeOf, stepOfPlace } from "../timeline/places.js";

/**
 * What a key does to the step shown: a step, null for Live, undefined where the key means nothing here.
 * Arrows go to the neighbouring step, Page keys a tenth of all, Home to the first, End to Live.
 *
 * @param shown the step shown; null while Live
 * @example stepForKey("ArrowLeft", columns, null)
 */
export function stepForKey(
  key: string,
  columns: Columns,
  shown: number | null,
): number | null | undefined {
  const count = placeCount(columns);
  const page = Math.max(1, Math.round(count / 10));
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
  if (!Object.hasOwn(moves, key) || count === 0) return undefined;
  const place = shown === null ? count - 1 : placeOf(columns, shown);
  const target = Math.max(0, place + moves[key]!);
  return target >= count - 1 ? null : stepOfPlace(columns, target);
}

/**
 * What dragging to a step (not rounded) shows: the nearest step; null, Live, at the newest.
 *
 * @example stepForDrag(columns, 1999.8, 2000) === null
 */
export function stepForDrag(columns: Columns, step: number, newest: number): number | null {
  const nearest = nearestStep(columns, step);
  return nearest === null || nearest >= newest ? null : nearest;
}
