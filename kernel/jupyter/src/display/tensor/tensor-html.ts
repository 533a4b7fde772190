import { escapeHtml } from "../escape.js";
import { tableHtml } from "../table/table-html.js";
import { tableOf } from "../table/table.js";
import type { TensorPicture } from "./tensor-picture.js";
import { valueText, type TensorValues } from "./tensor-values.js";

/** Small pictures are enlarged to about this many CSS pixels. */
const SEEN = 168;

/**
 * A tensor as HTML: a picture where it is one, else a table of its first rows, else its text.
 *
 * @param head what it is, in one line
 * @param notes what there is to know of its values, one line each
 */
export function tensorHtml(
  tensor: TensorValues,
  picture: TensorPicture | null,
  head: string,
  notes: readonly string[],
): string {
  if (picture) return pictureHtml(picture, head, notes);
  const { shape } = tensor;
  if (shape.length > 2 || shape.length === 0 || tensor.values.length === 0) {
    return captionHtml([head, ...notes]);
  }
  return tableHtml(tableOf(tableSource(tensor)), [head, ...notes].join(" · "));
}

/**
 * A tensor of which there is nothing but words.
 *
 * @example captionHtml(["Tensor [2, 3] float32", "disposed"])
 */
export function captionHtml(lines: readonly string[]): string {
  const rows = lines.map((line) => `<div>${escapeHtml(line)}</div>`);
  return `<div style="${CAPTION}">${rows.join("")}</div>`;
}

const CAPTION =
  "font: 12px/1.6 var(--jp-code-font-family, monospace); color: var(--jp-content-font-color1, inherit); white-space: pre-wrap";

function pictureHtml(picture: TensorPicture, head: string, notes: readonly string[]): string {
  const { width, height, png } = picture;
  // A whole factor keeps pixels square.
  const scale = Math.max(1, Math.floor(SEEN / Math.max(width, height)));
  const size = `width="${width * scale}" height="${height * scale}"`;
  const style =
    "display: block; image-rendering: pixelated; border: 1px solid var(--jp-border-color2, rgba(128, 128, 128, 0.4)); margin: 4px 0 6px; max-width: 100%; height: auto";
  const data = Buffer.from(png).toString("base64");
  const image = `<img alt="${escapeHtml(`${head} as a picture`)}" ${size} style="${style}" src="data:image/png;base64,${data}">`;
  return image + captionHtml([head, notes.join(" · ")]);
}

function tableSource({ shape, dtype, values }: TensorValues): Parameters<typeof tableOf>[0] {
  const [rows, columns] = shape.length === 2 ? [shape[0]!, shape[1]!] : [1, shape[0]!];
  const at = (row: number, column: number): number | string => values[row * columns + column]!;
  return {
    columns: Array.from({ length: columns }, (_column, index) => ({ name: String(index) })),
    rowCount: rows,
    at: (row, column) => {
      const value = at(row, column);
      return typeof value === "number" && dtype !== "bool" ? value : valueText(value, dtype);
    },
  };
}
