import { setFont } from "../snapshots/canvas.js";
import { glyphOf } from "../snapshots/glyph.js";
import { centre, GLYPH, type Glyphs } from "./glyphs.js";
import { groupColours, groupOf } from "./groups.js";

/** What the map shows. */
export interface Scene {
  tokens: string[];
  /** x and y of each token in CSS pixels, now */
  places: Float32Array;
  /** the same for steps before, the oldest first */
  trails: Float32Array[];
  /** the token pointed at, and those most like it */
  marked: number | null;
  near: readonly number[];
}

/**
 * Draws the map: trails faint, tokens by their glyphs in the colour of their kind, the one pointed at with
 * its trail and those most like it.
 *
 * @example drawScene(context, scene, { light: true, font: "monospace", glyphs });
 */
export function drawScene(
  context: CanvasRenderingContext2D,
  { tokens, places, trails, marked, near }: Scene,
  { light, font, glyphs }: { light: boolean; font: string; glyphs: Glyphs },
): void {
  const colours = groupColours(light);
  const lines = [...trails, places];
  const trail = (token: number): void => {
    // A hundred tokens with a dozen steps each, sixty times a second: nothing is made anew for a point.
    for (let at = 0; at < lines.length; at++) {
      const x = lines[at]![2 * token];
      const y = lines[at]![2 * token + 1];
      if (x === undefined || y === undefined) continue;
      if (at === 0) context.moveTo(x, y);
      else context.lineTo(x, y);
    }
  };
  context.lineWidth = 1;
  context.lineJoin = "round";
  for (const [group, colour] of Object.entries(colours)) {
    context.strokeStyle = colour;
    context.globalAlpha = marked === null ? 0.22 : 0.1;
    context.beginPath();
    tokens.forEach((token, at) => groupOf(token) === group && trail(at));
    context.stroke();
  }
  const lit = new Set(near);
  context.globalAlpha = marked === null ? 1 : 0.35;
  for (let at = 0; at < tokens.length; at++) {
    if (at === marked || lit.has(at)) continue;
    glyphs.copy(context, at, places[2 * at]!, places[2 * at + 1]!);
  }
  context.globalAlpha = 1;
  if (marked === null || marked >= tokens.length) return;
  centre(context);
  setFont(context, `600 ${GLYPH}px ${font}`);
  for (const at of lit) {
    if (at === marked || at >= tokens.length) continue;
    context.fillStyle = colours[groupOf(tokens[at]!)];
    context.fillText(glyphOf(tokens[at]!), places[2 * at]!, places[2 * at + 1]!);
  }
  const colour = colours[groupOf(tokens[marked]!)];
  context.strokeStyle = colour;
  context.lineWidth = 2;
  context.beginPath();
  trail(marked);
  context.stroke();
  const [x, y] = [places[2 * marked]!, places[2 * marked + 1]!];
  context.beginPath();
  context.arc(x, y, 12, 0, 2 * Math.PI);
  context.fillStyle = light ? "#ffffff" : "#111111";
  context.fill();
  context.stroke();
  context.fillStyle = colour;
  setFont(context, `700 14px ${font}`);
  context.fillText(glyphOf(tokens[marked]!), x, y);
}

/**
 * The token nearest to a point, within reach of a pointer; null if there is none.
 *
 * @example tokenNear(places, 120, 80)
 */
export function tokenNear(places: Float32Array, x: number, y: number): number | null {
  const REACH = 18;
  let best: number | null = null;
  let least = REACH * REACH;
  for (let at = 0; at < places.length / 2; at++) {
    const off = (places[2 * at]! - x) ** 2 + (places[2 * at + 1]! - y) ** 2;
    if (off < least) [best, least] = [at, off];
  }
  return best;
}
