import { createRequire } from "node:module";
import type { IsCompleteReply } from "../wire/is-complete.js";

const INDENT = "  ";

/** The parser calls itself for what is nested, and too deep a nesting ends the process; in characters. */
const LONGEST = 4000;

const require = createRequire(import.meta.url);
// Loaded with the first question: a kernel answers sooner without.
let parser: typeof import("oxc-parser") | undefined;

/**
 * Tells whether code can run as it stands, goes on in the next line, or is wrong already. Of a long
 * text it does not know.
 *
 * @example completenessOf("function f() {") // { status: "incomplete", indent: "  " }
 */
export function completenessOf(code: string): IsCompleteReply {
  if (code.length > LONGEST) return { status: "unknown" };
  parser ??= require("oxc-parser") as typeof import("oxc-parser");
  const { errors } = parser.parseSync("line.ts", code, { sourceType: "module", lang: "ts" });
  const first = errors.find(({ severity }) => severity === "Error");
  if (!first) return { status: "complete" };
  const start = first.labels[0]?.start ?? 0;
  // A comment and a template go on in a new line, a quoted text cannot; of anything else only what
  // is missing at the very end can still come.
  const opened = /^Unterminated/.test(first.message) && /^(`|\/\*)/.test(code.slice(start));
  if (!opened && start < code.trimEnd().length) return { status: "invalid" };
  return { status: "incomplete", indent: indentAfter(code) };
}

function indentAfter(code: string): string {
  const line = code.slice(code.lastIndexOf("\n") + 1);
  const indent = /^\s*/.exec(line)![0];
  return /[{([]\s*$/.test(line) ? indent + INDENT : indent;
}
