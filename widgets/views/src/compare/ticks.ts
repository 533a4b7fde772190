/**
 * Round numbers between two values, about as many as asked for.
 *
 * @example roundTicks(0.2, 2.3, 4) // [1, 2]
 */
export function roundTicks(low: number, high: number, count: number): number[] {
  const room = high - low;
  if (!(room > 0) || !Number.isFinite(room)) return [low];
  const rough = room / Math.max(1, count);
  const size = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((times) => times * size).find((wide) => wide >= rough)!;
  const first = Math.ceil(low / step);
  const last = Math.floor(high / step);
  // Not by adding up: the errors of it would show as 0.30000000000000004.
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, at) =>
    Number(((first + at) * step).toPrecision(12)),
  );
}
