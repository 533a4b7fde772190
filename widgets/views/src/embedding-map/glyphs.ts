import { setFont } from "../snapshots/canvas.js";
import { glyphOf } from "../snapshots/glyph.js";
import { groupColours, groupOf } from "./groups.js";

/** How glyphs look. */
export interface GlyphLook {
  light: boolean;
  font: string;
  /** device pixels in a CSS pixel */
  ratio: number;
}

/** Glyphs of tokens, each drawn once. */
export interface Glyphs {
  /** Whether they are those of these tokens in this look. */
  fit(tokens: readonly string[], look: GlyphLook): boolean;
  /** Copies that of the token at a place among the tokens; its middle comes to x and y, in CSS pixels. */
  copy(context: CanvasRenderingContext2D, token: number, x: number, y: number): void;
}

/** Size of a glyph's text, in CSS pixels. */
export const GLYPH = 13;

/** Width of the sheet that they lie on, height of a row of it, and the widest that lies there, in CSS pixels. */
const WIDTH = 640;
const ROW = 20;
const WIDEST = 80;

/** Greatest height of the sheet in device pixels: what has no room there is written each time. */
const HEIGHT = 4096;

/**
 * Draws the glyph of each token in the colour of its kind, to be copied from. To write a hundred of them anew at
 * each step takes longer than all else of the map: Chromium works out the page's styles for text.
 *
 * @example const glyphs = createGlyphs(tokens, { light, font: "monospace", ratio: 1 }); glyphs.copy(context, 3, 40, 20);
 */
export function createGlyphs(tokens: readonly string[], { light, font, ratio }: GlyphLook): Glyphs {
  const sheet = document.createElement("canvas");
  const context = sheet.getContext("2d")!;
  const write = `${GLYPH * ratio}px ${font}`;
  context.font = write;
  const high = Math.ceil(ROW * ratio);
  let [left, top] = [0, 0];
  // In device pixels: what is copied to a whole one stays sharp.
  const places = tokens.map((token) => {
    const wide = Math.ceil(context.measureText(glyphOf(token)).width + 4 * ratio);
    if (wide > WIDEST * ratio) return null;
    if (left + wide > WIDTH * ratio) [left, top] = [0, top + high];
    if (top + high > HEIGHT) return null;
    const place = { left, top, wide };
    left += wide;
    return place;
  });
  sheet.width = Math.ceil(WIDTH * ratio);
  sheet.height = Math.min(HEIGHT, top + high);
  context.font = write;
  centre(context);
  const colours = groupColours(light);
  tokens.forEach((token, at) => {
    const place = places[at];
    if (!place) return;
    context.fillStyle = colours[groupOf(token)];
    context.fillText(glyphOf(token), place.left + place.wide / 2, place.top + high / 2);
  });
  return {
    fit: (others, look) =>
      look.light === light &&
      look.font === font &&
      look.ratio === ratio &&
      others.length === tokens.length &&
      others.every((token, at) => token === tokens[at]),
    copy(target, at, x, y) {
      const place = places[at];
      if (!place) {
        setFont(target, `${GLYPH}px ${font}`);
        centre(target);
        target.fillStyle = colours[groupOf(tokens[at]!)];
        target.fillText(glyphOf(tokens[at]!), x, y);
        return;
      }
      const { left, top, wide } = place;
      const toX = Math.round(x * ratio - wide / 2) / ratio;
      const toY = Math.round(y * ratio - high / 2) / ratio;
      target.drawImage(sheet, left, top, wide, high, toX, toY, wide / ratio, high / ratio);
    },
  };
}

/** Has text written around its place. @example centre(context); context.fillText("a", 40, 20); */
export function centre(context: CanvasRenderingContext2D): void {
  context.textAlign = "center";
  context.textBaseline = "middle";
}
