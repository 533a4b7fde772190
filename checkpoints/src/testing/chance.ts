/** Whether the long tests are to run in full. */
export const LONG = Boolean(process.env["FORKPOINT_LONG"]);

/**
 * Where a slice of a long test begins: another place each day, the same on that day; FORKPOINT_SEED
 * names one, to run again what failed.
 *
 * @example const chance = chanceFrom(sliceSeed() + index);
 */
export function sliceSeed(): number {
  const named = process.env["FORKPOINT_SEED"];
  return named === undefined ? Math.floor(Date.now() / 86_400_000) * 10_000 : Number(named);
}

/** Random numbers that a seed gives again. */
export interface Chance {
  /** From 0 up to, not including, a whole number. */
  below(limit: number): number;
  pick<T>(items: readonly T[]): T;
}

/** Random numbers from a seed (mulberry32). @example chanceFrom(7).below(10) */
export function chanceFrom(seed: number): Chance {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (limit: number): number => Math.floor(next() * limit);
  return { below, pick: (items) => items[below(items.length)]! };
}
