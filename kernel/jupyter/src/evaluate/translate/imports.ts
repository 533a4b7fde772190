import ts from "typescript";
import { NAMES } from "./names-in-cells.js";
import { assign, call } from "./nodes.js";

const f = ts.factory;

/** Stands for the whole module among the names that an import brings. */
export const WHOLE = "*";

/**
 * Turns an import into a statement that loads the module and puts its exports on the scope. What
 * is imported as a type leaves nothing; what turns out to be one is left out when the cell runs.
 *
 * @example rewriteImport(declaration)
 */
export function rewriteImport(
  node: ts.ImportDeclaration | ts.ImportEqualsDeclaration,
): ts.Statement[] {
  return ts.isImportDeclaration(node) ? moduleImport(node) : requireImport(node);
}

function moduleImport(node: ts.ImportDeclaration): ts.Statement[] {
  const { importClause: clause, moduleSpecifier: specifier, attributes } = node;
  if (clause?.isTypeOnly) return [];
  const brought = clause ? broughtBy(clause) : [];
  // `import { type A } from "a"`: a package that has only types has nothing to load.
  if (clause && brought.length === 0) return [];
  const pairs = brought.map((pair) =>
    f.createArrayLiteralExpression(pair.map((name) => f.createStringLiteral(name))),
  );
  const options = attributes ? [optionsOf(attributes)] : [];
  const bring = call(NAMES.bring, specifier, f.createArrayLiteralExpression(pairs), ...options);
  return [statement(f.createAwaitExpression(bring), node)];
}

/** Each name that an import puts on the scope, with the name of the export that it is. */
function broughtBy(clause: ts.ImportClause): [local: string, exported: string][] {
  const brought: [string, string][] = [];
  if (clause.name) brought.push([clause.name.text, "default"]);
  const bindings = clause.namedBindings;
  if (bindings && ts.isNamespaceImport(bindings)) brought.push([bindings.name.text, WHOLE]);
  else {
    for (const { isTypeOnly, name, propertyName } of bindings?.elements ?? []) {
      if (!isTypeOnly) brought.push([name.text, (propertyName ?? name).text]);
    }
  }
  return brought;
}

function requireImport(node: ts.ImportEqualsDeclaration): ts.Statement[] {
  if (node.isTypeOnly || !ts.isExternalModuleReference(node.moduleReference)) return [];
  const loaded = call(NAMES.require, node.moduleReference.expression);
  return [statement(assign(node.name.text, loaded), node)];
}

function optionsOf(attributes: ts.ImportAttributes): ts.Expression {
  const entries = attributes.elements.map((element) =>
    f.createPropertyAssignment(element.name, element.value),
  );
  const given = f.createPropertyAssignment("with", f.createObjectLiteralExpression(entries));
  return f.createObjectLiteralExpression([given]);
}

function statement(expression: ts.Expression, range: ts.Node): ts.Statement {
  return ts.setTextRange(f.createExpressionStatement(expression), range);
}
