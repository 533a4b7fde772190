import ts from "typescript";
import { NAMES } from "./names-in-cells.js";

const f = ts.factory;

/**
 * The name of a cell on the scope: `__cells.name`.
 *
 * @example scoped("loss")
 */
export function scoped(name: string): ts.PropertyAccessExpression {
  return f.createPropertyAccessExpression(f.createIdentifier(NAMES.scope), name);
}

/**
 * An assignment to the scope: `__cells.name = value`.
 *
 * @example assign("loss", value)
 */
export function assign(name: string, value: ts.Expression): ts.Expression {
  return f.createAssignment(scoped(name), value);
}

/**
 * A call of one of the cell's parameters.
 *
 * @example call(NAMES.resume, awaited)
 */
export function call(name: string, ...given: ts.Expression[]): ts.CallExpression {
  return f.createCallExpression(f.createIdentifier(name), undefined, given);
}

/**
 * Expressions one after the other: `a, b, c`.
 *
 * @throws {TypeError} when there are none
 * @example sequence([assign("a", x), assign("b", y)])
 */
export function sequence(parts: readonly ts.Expression[]): ts.Expression {
  return parts.reduce((before, next) => f.createComma(before, next));
}
