import type { Finding } from "../errors.js";

/** Terminal codes that every frontend shows as colours. */
export const RED = "\u001b[31m";
export const GREY = "\u001b[90m";
export const PLAIN = "\u001b[0m";

/**
 * The line of a cell that a place is in, with marks below it; nothing for a text that is not known.
 *
 * @example excerpt("const a = b", { line: 1, column: 11, length: 1 })
 */
export function excerpt(
  text: string | null,
  place: Pick<Finding, "line" | "column" | "length">,
): string[] {
  const line = text?.split("\n")[place.line - 1];
  if (line === undefined) return [];
  const number = `${place.line} | `;
  const room = Math.max(1, line.length - place.column + 1);
  const marks = "^".repeat(Math.min(place.length, room));
  const blank = " ".repeat(number.length + place.column - 1);
  return ["", `  ${GREY}${number}${PLAIN}${line}`, `  ${blank}${RED}${marks}${PLAIN}`, ""];
}
