import type { ShownAttention } from "@forkpoint/wire";
import { useLayoutEffect, useRef, type ReactNode } from "react";
import { useTheme } from "../loss-curve/colors.js";
import { isLight, preparedContext, setFont } from "../snapshots/canvas.js";
import { glyphOf } from "../snapshots/glyph.js";
import { paletteOf } from "./palette.js";
import { drawHead } from "./squares.js";

/** A token's name needs a cell of this many CSS pixels. */
const LEAST_CELL = 8;
/** Room for the names of tokens beside and above a square. */
export const AXIS = 18;

/** Where the cells of a square of this edge lie. @example geometryOf(7, 150).cell */
export function geometryOf(tokens: number, edge: number): { left: number; cell: number } {
  const labelled = (edge - AXIS) / tokens >= LEAST_CELL;
  const left = labelled ? AXIS : 0;
  return { left, cell: (edge - left) / tokens };
}

/**
 * One head: a square with a row for each token that looks and a column for each that is looked at, named
 * on both axes where there is room.
 *
 * @example <HeadCanvas shown={shown} layer={0} head={2} edge={150} />
 */
export function HeadCanvas(props: {
  shown: ShownAttention;
  layer: number;
  head: number;
  /** width and height in CSS pixels */
  edge: number;
  marked?: { query: number; key: number } | null;
}): ReactNode {
  const { shown, layer, head, edge, marked = null } = props;
  const canvas = useRef<HTMLCanvasElement>(null);
  const theme = useTheme();
  const read = useRef<Look | null>(null);

  useLayoutEffect(() => {
    read.current = null;
  }, [theme]);

  useLayoutEffect(() => {
    const target = canvas.current!;
    const context = preparedContext(target, edge, edge);
    const size = shown.tokens.length;
    if (!context || size === 0) return;
    const { left, cell } = geometryOf(size, edge);
    const { square, image } = scratchOf(size);
    drawHead(image.data, shown, layer, head, paletteOf(isLight()));
    square.getContext("2d")!.putImageData(image, 0, 0);
    context.imageSmoothingEnabled = false;
    context.drawImage(square, 0, 0, size, size, left, left, cell * size, cell * size);
    const look = (read.current ??= lookOf(target));
    context.strokeStyle = look.border;
    context.strokeRect(left + 0.5, left + 0.5, cell * size - 1, cell * size - 1);
    if (left > 0) {
      context.fillStyle = look.text;
      setFont(context, `${Math.min(12, cell)}px ${look.font}`);
      context.textAlign = "center";
      context.textBaseline = "middle";
      shown.tokens.forEach((token, at) => {
        const middle = left + (at + 0.5) * cell;
        context.fillText(glyphOf(token), middle, left / 2, cell * 2);
        context.fillText(glyphOf(token), left / 2, middle, left);
      });
    }
    if (marked) {
      context.strokeStyle = look.mark;
      context.lineWidth = 2;
      const [x, y] = [left + marked.key * cell, left + marked.query * cell];
      context.strokeRect(x, y, cell, cell);
    }
  }, [shown, layer, head, edge, marked, theme]);

  return <canvas ref={canvas} className="fp-head" style={{ width: edge, height: edge }} />;
}

/** Colours and font as a page's theme has them. Asking for them has the page's styles worked out: once will do. */
interface Look {
  border: string;
  text: string;
  font: string;
  mark: string;
}

function lookOf(element: Element): Look {
  const style = getComputedStyle(element);
  return {
    border: style.getPropertyValue("--jp-border-color2") || "#ccc",
    text: style.color,
    font: style.fontFamily,
    mark: style.getPropertyValue("--jp-warn-color1") || "#e65100",
  };
}

let scratch: { square: HTMLCanvasElement; image: ImageData } | null = null;

// One for all: a square is drawn pixel by pixel there, and enlarged from there. New pixels for each head of
// each step would be most of what a drag leaves to be collected.
function scratchOf(size: number): { square: HTMLCanvasElement; image: ImageData } {
  if (scratch?.image.width !== size) {
    const square = scratch?.square ?? document.createElement("canvas");
    [square.width, square.height] = [size, size];
    scratch = { square, image: new ImageData(size, size) };
  }
  return scratch;
}
