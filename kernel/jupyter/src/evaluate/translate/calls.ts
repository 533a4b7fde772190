import type { Node, Program } from "oxc-parser";
import { childrenOf, isType } from "./nodes.js";

const RUNS_OTHERS = new Set([
  "NewExpression",
  "ImportExpression",
  "TaggedTemplateExpression",
  "YieldExpression",
  "ClassDeclaration",
  "ClassExpression",
  "ForOfStatement",
  "SpreadElement",
]);

/**
 * Whether a node by itself starts code that stands elsewhere, which may take any time: a call, an
 * iterator, a constructor. `Math.…` counts as arithmetic.
 *
 * @param quick more objects whose methods come back soon
 * @example runsOthers(parse("f(1)")) // true
 */
export function runsOthers(node: Node, quick: readonly string[] = []): boolean {
  if (node.type === "CallExpression") return !isMethodOf(node.callee, ["Math", ...quick]);
  return RUNS_OTHERS.has(node.type);
}

// Who gives one of them another meaning gets looks at the interrupt less often, and nothing worse.
function isMethodOf(callee: Node, objects: readonly string[]): boolean {
  return (
    callee.type === "MemberExpression" &&
    !callee.computed &&
    callee.object.type === "Identifier" &&
    objects.includes(callee.object.name)
  );
}

/**
 * Whether a member expression is one of Math's.
 *
 * @example isArithmetic(parse("Math.sqrt")) // true
 */
export function isArithmetic(node: Node): boolean {
  return isMethodOf(node, ["Math"]);
}

/**
 * Whether a loop inside a library may run within a cell: one in the cell's own text looks at the
 * interrupt's flag, and needs no signal to be stopped.
 *
 * @example mayLoopElsewhere(parse("let a = 1; console.log(a)")) // false
 */
export function mayLoopElsewhere(program: Program): boolean {
  const own = ownFunctions(program);
  function look(node: Node): boolean {
    if (isType(node)) return false;
    if (node.type === "ArrayPattern") return true; // it iterates
    const isOwn = node.type === "CallExpression" && own.has(nameOf(node.callee));
    return (!isOwn && runsOthers(node, ["console"])) || childrenOf(node).some(look);
  }
  return look(program);
}

/** Functions of a cell whose names mean nothing else in it, and are only called. */
function ownFunctions(program: Program): Set<string | null> {
  const declared = program.body.flatMap((node) =>
    node.type === "FunctionDeclaration" && node.id ? [node.id.name] : [],
  );
  const own = new Set<string | null>(declared);
  if (own.size === 0) return own;
  const met = new Map<string, number>();
  function look(node: Node): void {
    if (node.type === "Identifier") met.set(node.name, (met.get(node.name) ?? 0) + 1);
    if (node.type === "CallExpression" && own.has(nameOf(node.callee))) {
      for (const given of node.arguments) look(given);
    } else for (const child of childrenOf(node)) look(child);
  }
  look(program);
  // Beside the calls, its declaration alone.
  for (const name of declared) if (met.get(name) !== 1) own.delete(name);
  return own;
}

function nameOf(callee: Node): string | null {
  return callee.type === "Identifier" ? callee.name : null;
}
