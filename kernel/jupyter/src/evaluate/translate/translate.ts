import ts from "typescript";
import type { Finding } from "../../errors.js";
import { toFindings } from "../syntax/findings.js";
import { outlineCell, type CellOutline } from "../syntax/outline.js";
import type { CellNames } from "./bindings.js";
import { rewriteCell } from "./rewrite.js";

/** A cell that is ready to run. */
export interface Translation {
  /** Statements for the body of an async function. */
  javascript: string;
  /** Source map, as JSON text, from the statements to the cell. */
  sourceMap: string;
  outline: CellOutline;
}

const OPTIONS: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2024,
  module: ts.ModuleKind.Preserve,
  moduleDetection: ts.ModuleDetectionKind.Force,
  sourceMap: true,
  preserveConstEnums: true,
  useDefineForClassFields: true,
};

/**
 * Translates a cell by its syntax alone, in about a millisecond: what its types say comes later,
 * from the language thread.
 *
 * @param earlier names that earlier cells left, each with whether it is a constant
 * @example translateCell("const a: number = 1; a + b", new Map([["b", { constant: false }]]))
 */
export function translateCell(
  code: string,
  earlier: ReadonlyMap<string, { constant: boolean }>,
): Translation | { findings: Finding[] } {
  let outline: CellOutline | undefined;
  let stray: ts.ReturnStatement | undefined;
  const before: ts.TransformerFactory<ts.SourceFile> = (context) => (source) => {
    outline = outlineCell(source);
    stray = returnOutsideFunctions(source);
    return rewriteCell(namesFor(outline, earlier))(context)(source);
  };
  const { outputText, sourceMapText, diagnostics } = ts.transpileModule(code, {
    compilerOptions: OPTIONS,
    fileName: "cell.ts",
    reportDiagnostics: true,
    transformers: { before: [before] },
  });
  const findings = toFindings(diagnostics ?? [], code, true);
  if (stray) findings.push(strayReturn(code, stray));
  if (findings.length > 0 || !outline) return { findings };
  // What makes the text a module in TypeScript's eyes cannot stand in a function.
  const javascript = outputText
    .replace(/^export \{\};?$/m, "")
    .replace(/^\/\/# sourceMappingURL.*$/m, "");
  return { javascript, sourceMap: sourceMapText ?? "", outline };
}

function namesFor(
  outline: CellOutline,
  earlier: ReadonlyMap<string, { constant: boolean }>,
): CellNames {
  const own = new Set(outline.names.map(({ name }) => name));
  const constants = outline.names.filter(({ constant }) => constant).map(({ name }) => name);
  for (const [name, { constant }] of earlier) if (constant && !own.has(name)) constants.push(name);
  return { own, earlier: new Set(earlier.keys()), constants: new Set(constants) };
}

// As a part of a function the statement would be right, and end the cell.
function returnOutsideFunctions(node: ts.Node): ts.ReturnStatement | undefined {
  if (ts.isReturnStatement(node)) return node;
  if (ts.isFunctionLike(node) || ts.isExpression(node)) return undefined;
  return ts.forEachChild(node, returnOutsideFunctions);
}

function strayReturn(code: string, node: ts.ReturnStatement): Finding {
  const start = node.getStart();
  const before = code.slice(0, start).split("\n");
  return {
    code: 1108,
    message: "A 'return' statement can only be used within a function body.",
    line: before.length,
    column: before.at(-1)!.length + 1,
    length: "return".length,
    syntax: true,
  };
}
