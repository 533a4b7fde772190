/**
 * What a page holds of each kind at most, in bytes: small ones are held all, of big ones the most
 * evenly spaced. Together they are what a reload of the page, or a saved notebook, takes.
 */
export const SNAPSHOT_BYTES = {
  probabilities: 2_000_000,
  attention: 3_000_000,
  embeddings: 2_000_000,
} as const;

/**
 * Which of a list ascending by step to keep, so that they take no more bytes than that: the first, the
 * newest, and between them those nearest to evenly spaced steps. Room is left for a quarter more, so
 * that not every new one makes a choice necessary.
 *
 * @returns the same list when it fits
 * @example thinned(held, SNAPSHOT_BYTES.attention)
 */
export function thinned<T extends { step: number; size: number }>(items: T[], bytes: number): T[] {
  const all = items.reduce((sum, { size }) => sum + size, 0);
  if (all <= bytes || items.length <= 2) return items;
  const most = Math.max(2, Math.floor((items.length * 0.75 * bytes) / all));
  return evenly(items, most);
}

/**
 * So many of a list ascending by step, the most evenly spaced: the first and the last among them.
 *
 * @example evenly([{ step: 0 }, { step: 1 }, { step: 50 }, { step: 100 }], 3) // 0, 50, 100
 */
export function evenly<T extends { step: number }>(items: T[], most: number): T[] {
  if (items.length <= most) return items;
  const [first, last] = [items[0]!.step, items.at(-1)!.step];
  const kept = [items[0]!];
  let at = 1;
  for (let wanted = 1; wanted < most - 1; wanted++) {
    const target = first + ((last - first) * wanted) / (most - 1);
    // Never past those that the targets behind this one will want.
    const end = items.length - (most - wanted);
    const off = (index: number): number => Math.abs(items[index]!.step - target);
    while (at < end && off(at + 1) <= off(at)) at++;
    kept.push(items[at]!);
    at++;
  }
  kept.push(items.at(-1)!);
  return kept;
}
