import type { Table } from "./table.js";

/** What fills two places of a fixed-width font. */
const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Extended_Pictographic}/gu;

/** What takes no place, or would break the line. */
const CONTROLS = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g;

/**
 * A table for a fixed-width font: one line a row, numbers to the right.
 *
 * @example tableText(table).split("\n")[0] // "   name  size"
 */
export function tableText({ columns, rows, size, more }: Table): string {
  const head = ["", ...columns.map(({ name }) => name)].map(oneLine);
  const body = rows.map((row, index) => [`${index}`, ...row.map(oneLine)]);
  const right = [true, ...columns.map(({ numeric }) => numeric)];
  const widths = head.map((name, column) =>
    Math.max(...[name, ...body.map((row) => row[column]!)].map(widthOf)),
  );
  const lines = [head, ...body].map((cells) =>
    cells
      .map((text, column) => {
        const blank = " ".repeat(widths[column]! - widthOf(text));
        return right[column] ? blank + text : text + blank;
      })
      .join("  ")
      .trimEnd(),
  );
  return [...lines, ...(more.length > 0 ? [`${more.join(", ")} (${size})`] : [])].join("\n");
}

function oneLine(text: string): string {
  return text.replaceAll(CONTROLS, (character) => JSON.stringify(character).slice(1, -1));
}

function widthOf(text: string): number {
  return Array.from(text).length + (text.match(WIDE)?.length ?? 0);
}
