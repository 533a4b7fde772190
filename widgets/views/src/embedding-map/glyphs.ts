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
  /** Copies that of the token at a place among the tokens; its middle comes to x and y, in CSS pixels. */
  copy(context: CanvasRenderingContext2D, token: number, x: number, y: number): void;
}

/** Widest row of the sheet that they lie on, and height of a row, in CSS pixels. */
const ROW_WIDTH = 640;
const ROW_HEIGHT = 20;

/**
 * Draws the glyph of each token in the colour of its kind, to be copied from. To write a hundred of them anew at
 * each step takes longer than all else of the map: Chromium works out the page's styles for text.
 *
 * @example const glyphs = createGlyphs(tokens, { light, font: "monospace", ratio: 1 }); glyphs.copy(context, 3, 40, 20);
 */
export function createGlyphs(tokens: readonly string[], { light, font, ratio }: GlyphLook): Glyphs {
  const sheet = document.createElement("canvas");
  const context = sheet.getContext("2d")!;
  const write = `${13 * ratio}px ${font}`;
  context.font = write;
  const high = Math.ceil(ROW_HEIGHT * ratio);
  let [left, top] = [0, 0];
  // In device pixels: what is copied to a whole one stays sharp.
  const places = tokens.map((token) => {
    const wide = Math.ceil(context.measureText(glyphOf(token)).width + 4 * ratio);
    if (left + wide > ROW_WIDTH * ratio) [left, top] = [0, top + high];
    const place = { left, top, wide };
    left += wide;
    return place;
  });
  sheet.width = Math.max(1, ...places.map(({ left, wide }) => left + wide));
  sheet.height = top + high;
  context.font = write;
  context.textAlign = "center";
  context.textBaseline = "middle";
  const colours = groupColours(light);
  places.forEach(({ left, top, wide }, at) => {
    context.fillStyle = colours[groupOf(tokens[at]!)];
    context.fillText(glyphOf(tokens[at]!), left + wide / 2, top + high / 2);
  });
  return {
    copy(target, token, x, y) {
      const { left, top, wide } = places[token]!;
      const toX = Math.round(x * ratio - wide / 2) / ratio;
      const toY = Math.round(y * ratio - high / 2) / ratio;
      target.drawImage(sheet, left, top, wide, high, toX, toY, wide / ratio, high / ratio);
    },
  };
}
