import type { MimeBundle } from "../../wire/display.js";
import { DISPLAY } from "../bundle.js";
import { escapeHtml } from "../escape.js";

/** What a tag makes: the last value of a cell, or an argument of `display`, shows it. */
export class Markup {
  readonly type: "text/html" | "text/markdown" | "image/svg+xml";
  readonly text: string;

  constructor(type: Markup["type"], text: string) {
    this.type = type;
    this.text = text;
  }

  /** The source. */
  toString(): string {
    return this.text;
  }

  [DISPLAY](): MimeBundle {
    return { [this.type]: this.text };
  }
}

/**
 * HTML to show. Values are escaped, unless they are `html` or `svg` results themselves; arrays are
 * joined; null and undefined leave nothing.
 *
 * @example html`<b>${"a < b"}</b>`
 */
export function html(strings: TemplateStringsArray, ...values: unknown[]): Markup {
  return new Markup("text/html", fill(strings, values, inMarkup));
}

/**
 * An SVG picture to show, values as with {@link html}.
 *
 * @example svg`<svg viewBox="0 0 9 9"><circle r="${4}" /></svg>`
 */
export function svg(strings: TemplateStringsArray, ...values: unknown[]): Markup {
  return new Markup("image/svg+xml", fill(strings, values, inMarkup));
}

/**
 * Markdown to show. Values are put in as they are, so that they can be Markdown too.
 *
 * @example md`**${1 + 1}**`
 */
export function md(strings: TemplateStringsArray, ...values: unknown[]): Markup {
  return new Markup("text/markdown", fill(strings, values, String));
}

function fill(
  strings: TemplateStringsArray,
  values: unknown[],
  textOf: (value: unknown) => string,
): string {
  // What is no escape of JavaScript's, such as a path's "\\x", is taken as it is written.
  const parts = strings.map((part: string | undefined, index) => part ?? strings.raw[index]!);
  return String.raw({ raw: parts }, ...values.map((value) => joined(value, textOf)));
}

function joined(value: unknown, textOf: (value: unknown) => string): string {
  if (value === null || value === undefined) return "";
  return Array.isArray(value) ? value.map((part) => joined(part, textOf)).join("") : textOf(value);
}

function inMarkup(value: unknown): string {
  const trusted = value instanceof Markup && value.type !== "text/markdown";
  return trusted ? value.text : escapeHtml(String(value));
}
