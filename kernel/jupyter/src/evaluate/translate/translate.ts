import MagicString from "magic-string";
import { parseSync, type OxcError, type Program } from "oxc-parser";
import type { Finding } from "../../errors.js";
import { mayLoopElsewhere } from "./calls.js";
import { tooDeepAt } from "./depth.js";
import { childrenOf } from "./nodes.js";
import type { CellNames, Names } from "./place.js";
import { rewriteCell } from "./rewrite.js";
import { declaredAtTop, type DeclaredName } from "./scopes.js";
import { stripTypes } from "./strip-types.js";

/** A cell that is ready to run. */
export interface Translation {
  /** Statements for the body of an async function. */
  javascript: string;
  /** Makes the source maps, as JSON text, that lead from the statements back to the cell. */
  maps: (() => string)[];
  /** What the cell leaves for later ones. */
  names: DeclaredName[];
  /** Whether it may come into a loop inside a library, which only a signal can break. */
  mayLoopElsewhere: boolean;
}

/**
 * Translates a cell by its syntax alone, in a tenth of a millisecond: what its types say comes
 * later, from the language thread.
 *
 * @param earlier names that earlier cells left, each with whether it is a constant
 * @returns the parser's findings instead, for a text that is none
 * @example translateCell("const a: number = 1; a + b", new Map([["b", { constant: false }]]))
 */
export function translateCell(code: string, earlier: Names): Translation | { findings: Finding[] } {
  const deep = tooDeepAt(code);
  if (deep !== null) return { findings: [findingAt(TOO_DEEP, code, deep, deep + 1)] };
  const parsed = parseSync("cell.ts", code, { sourceType: "module", lang: "ts" });
  const errors = parsed.errors.filter(({ severity }) => severity === "Error");
  if (errors.length > 0) return { findings: errors.map((error) => findingOf(error, code)) };
  const { program } = parsed;
  const names = declaredAtTop(program);
  const text = new MagicString(code);
  rewriteCell(program, text, namesFor(names, earlier));
  const stripped = stripTypes(text.toString(), wantsTypeScript(program, code));
  if ("error" in stripped) return { findings: [findingAt(stripped.error, code, 0, 1)] };
  const { javascript, sourceMap } = stripped;
  const edits = (): string => text.generateMap({ hires: "boundary" }).toString();
  const maps = [() => sourceMap, edits];
  return { javascript, maps, names, mayLoopElsewhere: mayLoopElsewhere(program) };
}

const TOO_DEEP =
  "This is nested too deeply to be read: put parts of it into variables of their own.";

// Not copied: a notebook may have hundreds of earlier names.
function namesFor(declared: readonly DeclaredName[], earlier: Names): CellNames {
  const own = new Map(declared.map(({ name, constant }) => [name, { constant }]));
  return { own, earlier };
}

// The text says quickly that most cells have neither.
function wantsTypeScript(program: Program, code: string): boolean {
  if (!/@|\b(namespace|module)\b/.test(code)) return false;
  const look = (node: Parameters<typeof childrenOf>[0]): boolean =>
    node.type === "Decorator" || node.type === "TSModuleBlock" || childrenOf(node).some(look);
  return look(program);
}

function findingOf({ message, labels }: OxcError, code: string): Finding {
  const { start = 0, end = start + 1 } = labels[0] ?? {};
  return findingAt(message, code, start, end);
}

function findingAt(message: string, code: string, start: number, end: number): Finding {
  const before = code.slice(0, start).split("\n");
  return {
    code: 0,
    message,
    line: before.length,
    column: before.at(-1)!.length + 1,
    length: Math.max(1, end - start),
    syntax: true,
  };
}
