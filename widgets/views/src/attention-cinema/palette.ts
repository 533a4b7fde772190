/** Red, green and blue of each of 256 shades, from nothing to most. */
export type Palette = Uint8ClampedArray;

// Lightness goes one way only, so that they are told apart without seeing colours, and in print.
const LIGHT = ["#f7fbff", "#c6dbef", "#6baed6", "#2171b5", "#08306b"];
const DARK = ["#151b24", "#1b3f66", "#2f78b0", "#7fc4e8", "#fdf3c4"];

/**
 * The shades of attention on a light or a dark page.
 *
 * @example paletteOf(true)[3 * 255] // red of the strongest shade
 */
export function paletteOf(light: boolean): Palette {
  return (made[light ? "light" : "dark"] ??= makePalette(light));
}

const made: { light?: Palette; dark?: Palette } = {};

function makePalette(light: boolean): Palette {
  const stops = (light ? LIGHT : DARK).map((colour) =>
    [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16)),
  );
  const palette = new Uint8ClampedArray(3 * 256);
  for (let shade = 0; shade < 256; shade++) {
    const place = (shade / 255) * (stops.length - 1);
    const at = Math.min(stops.length - 2, Math.floor(place));
    for (let part = 0; part < 3; part++) {
      const [from, to] = [stops[at]![part]!, stops[at + 1]![part]!];
      palette[3 * shade + part] = from + (to - from) * (place - at);
    }
  }
  return palette;
}

/**
 * The shade of a weight. Small ones are spread out: most of attention is small, and would be all one shade.
 *
 * @example shadeOf(0.25) === 128
 */
export function shadeOf(weight: number): number {
  return Math.round(255 * Math.sqrt(Math.min(1, Math.max(0, weight))));
}
