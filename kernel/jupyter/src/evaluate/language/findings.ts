import ts from "typescript";
import type { Finding } from "../../errors.js";

/**
 * Turns TypeScript's diagnostics into findings in the cell's own lines. What points behind the
 * cell's text is about what was put there, and left out, unless the text could not be parsed.
 *
 * @example toFindings(service.getSyntacticDiagnostics(file), code, true)
 */
export function toFindings(
  diagnostics: readonly ts.Diagnostic[],
  code: string,
  syntax: boolean,
): Finding[] {
  const starts = lineStarts(code);
  return diagnostics
    .filter((diagnostic) => diagnostic.category === ts.DiagnosticCategory.Error)
    .filter((diagnostic) => syntax || (diagnostic.start ?? 0) <= code.length)
    .map((diagnostic) => {
      const start = Math.min(diagnostic.start ?? 0, code.trimEnd().length);
      const line = starts.findLastIndex((at) => at <= start);
      return {
        code: diagnostic.code,
        message: messageOf(diagnostic),
        line: line + 1,
        column: start - starts[line]! + 1,
        length: Math.max(1, diagnostic.length ?? 1),
        syntax,
      };
    });
}

const IMPORT_ASSIGNED = 2632;

function messageOf(diagnostic: ts.Diagnostic): string {
  const text = ts.flattenDiagnosticMessageText(diagnostic.messageText, "\n");
  // An earlier cell's constant is an import only to the checker.
  return diagnostic.code === IMPORT_ASSIGNED
    ? text.replace("it is an import", "it is a constant")
    : text;
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return starts;
}
