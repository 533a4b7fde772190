import ts from "typescript";
import { NAMES } from "./names-in-cells.js";
import { assign, call } from "./nodes.js";

const f = ts.factory;

/**
 * Turns an import into statements that load the module and put its exports on the scope. What is
 * imported only for its types leaves nothing.
 *
 * @example rewriteImport(checker, declaration)
 */
export function rewriteImport(
  checker: ts.TypeChecker,
  node: ts.ImportDeclaration | ts.ImportEqualsDeclaration,
): ts.Statement[] {
  return ts.isImportDeclaration(node) ? moduleImport(checker, node) : requireImport(checker, node);
}

function moduleImport(checker: ts.TypeChecker, node: ts.ImportDeclaration): ts.Statement[] {
  const { importClause: clause, moduleSpecifier: specifier, attributes } = node;
  const load = f.createAwaitExpression(
    call(NAMES.load, specifier, ...(attributes ? [optionsOf(attributes)] : [])),
  );
  if (!clause) return [statement(load, node)];
  if (clause.isTypeOnly) return [];

  const module = f.createUniqueName("module");
  const parts: ts.Expression[] = [];
  const pick = (name: string): ts.Expression =>
    call(NAMES.pick, module, f.createStringLiteral(name), specifier);
  if (clause.name && isValue(checker, clause.name)) {
    parts.push(assign(clause.name.text, pick("default")));
  }
  const bindings = clause.namedBindings;
  if (bindings && ts.isNamespaceImport(bindings)) parts.push(assign(bindings.name.text, module));
  else {
    for (const element of bindings?.elements ?? []) {
      if (element.isTypeOnly || !isValue(checker, element.name)) continue;
      parts.push(assign(element.name.text, pick((element.propertyName ?? element.name).text)));
    }
  }
  // A package that has only types has nothing to load.
  if (parts.length === 0) return [];
  const declaration = f.createVariableDeclaration(module, undefined, undefined, load);
  const list = f.createVariableDeclarationList([declaration], ts.NodeFlags.Const);
  return [
    ts.setTextRange(f.createVariableStatement(undefined, list), node),
    ...parts.map((part) => statement(part, node)),
  ];
}

function requireImport(checker: ts.TypeChecker, node: ts.ImportEqualsDeclaration): ts.Statement[] {
  if (node.isTypeOnly || !isValue(checker, node.name)) return [];
  if (!ts.isExternalModuleReference(node.moduleReference)) return [];
  const loaded = call(NAMES.require, node.moduleReference.expression);
  return [statement(assign(node.name.text, loaded), node)];
}

function isValue(checker: ts.TypeChecker, name: ts.Identifier): boolean {
  const symbol = checker.getSymbolAtLocation(name);
  if (!symbol) return true;
  const target = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
  // A module without types resolves to nothing: what it exports are values.
  return checker.isUnknownSymbol(target) || (target.flags & ts.SymbolFlags.Value) !== 0;
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
