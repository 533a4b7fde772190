import type { ShownAttention } from "@forkpoint/wire";
import { shadeOf, type Palette } from "./palette.js";

/**
 * How strongly a token looked at another, from 0 to 1.
 *
 * @example weightAt(shown, 0, 3, 5, 2)
 */
export function weightAt(
  { tokens, heads, scales, values }: ShownAttention,
  layer: number,
  head: number,
  query: number,
  key: number,
): number {
  const square = layer * heads + head;
  const size = tokens.length;
  return (values[square * size * size + query * size + key] ?? 0) * (scales[square] ?? 0);
}

/**
 * Draws one head into pixels, one for each pair of tokens: red, green, blue, opaque. What lies ahead of a
 * token is left as it is: nothing can be looked at there.
 *
 * @param pixels four bytes for each pair of tokens
 * @example drawHead(image.data, shown, 0, 0, palette); context.putImageData(image, 0, 0);
 */
export function drawHead(
  pixels: Uint8ClampedArray,
  shown: ShownAttention,
  layer: number,
  head: number,
  palette: Palette,
): void {
  const { heads, scales, values } = shown;
  const size = shown.tokens.length;
  const square = layer * heads + head;
  const scale = scales[square] ?? 0;
  for (let query = 0; query < size; query++) {
    for (let key = 0; key <= query; key++) {
      const at = query * size + key;
      const shade = shadeOf((values[square * size * size + at] ?? 0) * scale);
      pixels[4 * at] = palette[3 * shade]!;
      pixels[4 * at + 1] = palette[3 * shade + 1]!;
      pixels[4 * at + 2] = palette[3 * shade + 2]!;
      pixels[4 * at + 3] = 255;
    }
  }
}

/**
 * The cell under a point, and none outside of the square or ahead of the query.
 *
 * @example cellAt(35, 12, 10, 5) // null: column 3, row 1 lies ahead
 */
export function cellAt(
  x: number,
  y: number,
  cell: number,
  size: number,
): { query: number; key: number } | null {
  const [query, key] = [Math.floor(y / cell), Math.floor(x / cell)];
  return key >= 0 && query >= key && query < size ? { query, key } : null;
}

/**
 * The cell that an arrow key leads to; null for other keys.
 *
 * @example cellByKey({ query: 2, key: 2 }, "ArrowLeft", 5) // { query: 2, key: 1 }
 */
export function cellByKey(
  { query, key }: { query: number; key: number },
  pressed: string,
  size: number,
): { query: number; key: number } | null {
  const moves: Record<string, [number, number]> = {
    ...{ ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] },
  };
  const move = moves[pressed];
  if (!move) return null;
  const next = Math.min(size - 1, Math.max(0, query + move[0]));
  return { query: next, key: Math.min(next, Math.max(0, key + move[1])) };
}
