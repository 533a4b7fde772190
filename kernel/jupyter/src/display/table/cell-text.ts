import { inspect } from "node:util";
import { numberText } from "../figures.js";

/** Longer texts are cut. */
const LENGTH = 80;

/** Significant digits of a column's largest number. */
const DIGITS = 6;

/**
 * Whether a value is shown as a number.
 *
 * @example isNumber(5n) // true
 */
export function isNumber(value: unknown): value is number | bigint {
  return typeof value === "number" || typeof value === "bigint";
}

/**
 * A value as the text of a cell.
 *
 * @example cellText({ a: 1 }) // "{ a: 1 }"
 */
export function cellText(value: unknown): string {
  if (value === undefined) return "";
  if (isNumber(value)) return numberText(value, DIGITS);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? "no date" : value.toISOString();
  const text =
    typeof value === "string"
      ? value
      : inspect(value, { depth: 1, breakLength: Infinity, maxArrayLength: 10 });
  const characters = Array.from(text.slice(0, LENGTH * 2));
  return characters.length > LENGTH ? `${characters.slice(0, LENGTH - 1).join("")}…` : text;
}

/**
 * A column of numbers: with as many decimals each, so that their points stand below each other,
 * unless small ones would vanish by that.
 *
 * @example numberTexts([1, 0.25]) // ["1.00", "0.25"]
 */
export function numberTexts(column: readonly unknown[]): string[] {
  const decimals = decimalsFor(column.filter((value) => typeof value === "number"));
  return column.map((value) =>
    typeof value === "number" && decimals !== null ? value.toFixed(decimals) : cellText(value),
  );
}

function decimalsFor(numbers: readonly number[]): number | null {
  const finite = numbers.filter(Number.isFinite);
  if (finite.every(Number.isInteger)) return null;
  const texts = finite.map((value) => numberText(value, DIGITS));
  if (texts.some((text) => text.includes("e"))) return null;
  const needed = Math.max(...texts.map((text) => text.split(".")[1]?.length ?? 0));
  const sizes = finite.filter((value) => value !== 0).map(Math.abs);
  const whole = Math.floor(Math.log10(Math.max(...sizes))) + 1;
  const decimals = Math.min(needed, Math.max(0, DIGITS - Math.max(whole, 1)));
  // Two digits of the smallest must be left.
  return decimals === needed || Math.min(...sizes) >= 10 ** (1 - decimals) ? decimals : null;
}
