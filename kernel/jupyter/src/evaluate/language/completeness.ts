import ts from "typescript";
import type { IsCompleteReply } from "../../wire/is-complete.js";

const INDENT = "  ";
const UNTERMINATED_STRING = 1002;

/**
 * Tells whether code can run as it stands, goes on in the next line, or is wrong already.
 *
 * @example completenessOf("function f() {") // { status: "incomplete", indent: "  " }
 */
export function completenessOf(code: string): IsCompleteReply {
  const source = ts.createSourceFile("line.ts", code, ts.ScriptTarget.ESNext);
  // The parser's own list; the type declarations do not mention it.
  const { parseDiagnostics } = source as unknown as {
    parseDiagnostics: ts.DiagnosticWithLocation[];
  };
  const first = parseDiagnostics[0];
  if (!first) return { status: "complete" };
  // Only what is missing at the very end can still come; a quoted text cannot go on in a new line.
  if (first.start < code.trimEnd().length || first.code === UNTERMINATED_STRING) {
    return { status: "invalid" };
  }
  return { status: "incomplete", indent: indentAfter(code) };
}

function indentAfter(code: string): string {
  const line = code.slice(code.lastIndexOf("\n") + 1);
  const indent = /^\s*/.exec(line)![0];
  return /[{([]\s*$/.test(line) ? indent + INDENT : indent;
}
