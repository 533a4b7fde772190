import ts from "typescript";
import { assignedName } from "./bindings.js";

const f = ts.factory;

/** Iterations between two looks at the interrupt: about ten microseconds of arithmetic. */
const STRETCH = 4096;

/** A `for` that counts one variable up or down, with nothing in it that could take long. */
export interface CountedLoop {
  variable: string;
  up: boolean;
}

/**
 * Tells whether a loop only counts and computes, so that it may be cut into stretches: looking for
 * an interrupt at each iteration would take longer than many such loops' bodies.
 *
 * @example countedLoop(node) // { variable: "i", up: true } for for (let i = 0; i < n; i++) s += a[i]
 */
export function countedLoop(node: ts.ForStatement): CountedLoop | null {
  const { initializer, condition, incrementor } = node;
  if (!initializer || !condition || !incrementor || ts.isLabeledStatement(node.parent)) return null;
  if (!ts.isVariableDeclarationList(initializer) || !(initializer.flags & ts.NodeFlags.Let)) {
    return null;
  }
  const [first, second] = initializer.declarations;
  if (!first || second || !ts.isIdentifier(first.name)) return null;
  const variable = first.name.text;
  const up = directionOf(condition, variable);
  if (up === null || assignedName(incrementor)?.text !== variable) return null;
  const quick = [condition, incrementor, node.statement].every((part) => isQuick(part));
  return quick ? { variable, up } : null;
}

function directionOf(condition: ts.Expression, variable: string): boolean | null {
  if (!ts.isBinaryExpression(condition)) return null;
  if (!ts.isIdentifier(condition.left) || condition.left.text !== variable) return null;
  switch (condition.operatorToken.kind) {
    case ts.SyntaxKind.LessThanToken:
    case ts.SyntaxKind.LessThanEqualsToken:
      return true;
    case ts.SyntaxKind.GreaterThanToken:
    case ts.SyntaxKind.GreaterThanEqualsToken:
      return false;
    default:
      return null;
  }
}

// A call may take any time; a function may keep the variable of one iteration for itself.
function isQuick(node: ts.Node): boolean {
  if (
    ts.isCallOrNewExpression(node) ||
    ts.isTaggedTemplateExpression(node) ||
    ts.isAwaitExpression(node) ||
    ts.isYieldExpression(node) ||
    ts.isFunctionLike(node) ||
    ts.isClassLike(node) ||
    ts.isForOfStatement(node)
  ) {
    return false;
  }
  return ts.forEachChild(node, (child) => !isQuick(child)) !== true;
}

/**
 * Cuts a counted loop into stretches with a tick before each:
 * `for (let i = 0; i < n; ) { tick; const end = Number(i) + 4096; do body while (i++, i < n && i < end) }`.
 * The `for` looks at the condition before the first iteration of each, so that the rest may follow
 * its body; `break` leaves both loops by the label.
 *
 * @param node the loop with its parts rewritten already
 * @param tick the statement that looks for an interrupt
 * @param label a name that no other label around it has
 * @example inStretches(node, countedLoop(original)!, tick(), "__stretch1")
 */
export function inStretches(
  node: ts.ForStatement,
  { variable, up }: CountedLoop,
  tick: ts.Statement,
  label: string,
): ts.Statement {
  const end = `${label}End`;
  const start = f.createCallExpression(f.createIdentifier("Number"), undefined, [
    f.createIdentifier(variable),
  ]);
  const limit = up
    ? f.createAdd(start, f.createNumericLiteral(STRETCH))
    : f.createSubtract(start, f.createNumericLiteral(STRETCH));
  const declaration = f.createVariableDeclaration(end, undefined, undefined, limit);
  const declarations = f.createVariableDeclarationList([declaration], ts.NodeFlags.Const);
  const [one, other] = [f.createIdentifier(variable), f.createIdentifier(end)];
  const within = up ? f.createLessThan(one, other) : f.createGreaterThan(one, other);
  const goesOn = f.createComma(
    node.incrementor!,
    f.createLogicalAnd(f.createParenthesizedExpression(node.condition!), within),
  );
  const stretch = f.createDoStatement(breaksTo(node.statement, label), goesOn);
  const body = f.createBlock(
    [tick, f.createVariableStatement(undefined, declarations), stretch],
    true,
  );
  const outer = f.updateForStatement(node, node.initializer, node.condition, undefined, body);
  return f.createLabeledStatement(label, outer);
}

function breaksTo(statement: ts.Statement, label: string): ts.Statement {
  const visit = (node: ts.Node): ts.Node => {
    if (ts.isIterationStatement(node, false) || ts.isSwitchStatement(node)) return node;
    if (ts.isBreakStatement(node) && !node.label) return f.createBreakStatement(label);
    return ts.visitEachChild(node, visit, undefined);
  };
  return ts.visitNode(statement, visit, ts.isStatement)!;
}
