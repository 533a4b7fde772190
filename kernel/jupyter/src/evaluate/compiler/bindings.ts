import ts from "typescript";
import { hasModifier, isVarBoundary } from "./names.js";

/**
 * The cell-wide declaration that an identifier refers to: one at the top level of this cell, or
 * what stands for an earlier cell's. Null for everything else (locals, globals, members, types).
 *
 * @param codeEnd where the cell's own text ends and what was put behind it begins
 * @example cellDeclarationOf(checker, identifier, code.length)
 */
export function cellDeclarationOf(
  checker: ts.TypeChecker,
  identifier: ts.Identifier,
  codeEnd: number,
): ts.Declaration | null {
  if (!isReference(identifier)) return null;
  const { parent } = identifier;
  const symbol = ts.isShorthandPropertyAssignment(parent)
    ? checker.getShorthandAssignmentValueSymbol(parent)
    : checker.getSymbolAtLocation(identifier);
  const source = identifier.getSourceFile();
  const declaration = symbol?.declarations?.find(
    (candidate) => candidate.getSourceFile() === source && isCellWide(candidate, codeEnd),
  );
  if (!declaration || staysLocal(identifier, declaration)) return null;
  return declaration;
}

function isReference(identifier: ts.Identifier): boolean {
  const { parent } = identifier;
  if (ts.isShorthandPropertyAssignment(parent)) return parent.name === identifier;
  if (ts.isBindingElement(parent)) return parent.initializer === identifier;
  if (ts.isPropertyAssignment(parent)) return parent.initializer === identifier;
  return (parent as { name?: ts.Node }).name !== identifier;
}

function isCellWide(declaration: ts.Declaration, codeEnd: number): boolean {
  if (ts.isVariableDeclaration(declaration) || ts.isBindingElement(declaration)) {
    return isCellWideVariable(declaration, codeEnd);
  }
  if (
    ts.isImportSpecifier(declaration) ||
    ts.isImportClause(declaration) ||
    ts.isNamespaceImport(declaration) ||
    ts.isImportEqualsDeclaration(declaration)
  ) {
    return true;
  }
  const own =
    ts.isFunctionDeclaration(declaration) ||
    ts.isClassDeclaration(declaration) ||
    ts.isEnumDeclaration(declaration) ||
    ts.isModuleDeclaration(declaration);
  return own && ts.isSourceFile(declaration.parent) && !isAmbient(declaration);
}

function isCellWideVariable(
  declaration: ts.VariableDeclaration | ts.BindingElement,
  codeEnd: number,
): boolean {
  const list = listOf(declaration);
  if (!list) return false;
  const isVar = (list.flags & ts.NodeFlags.BlockScoped) === 0;
  if (!ts.isVariableStatement(list.parent)) return isVar && !insideFunction(list);
  // What stands for an earlier cell's variable is ambient to the checker, and ours all the same.
  if (isAmbient(list.parent)) return list.pos >= codeEnd;
  return isVar ? !insideFunction(list) : ts.isSourceFile(list.parent.parent);
}

/**
 * The declaration list that a variable, or a part of its pattern, belongs to.
 *
 * @example listOf(bindingElement)?.flags
 */
export function listOf(
  declaration: ts.VariableDeclaration | ts.BindingElement,
): ts.VariableDeclarationList | null {
  let node: ts.Node = declaration;
  while (ts.isBindingElement(node)) node = node.parent.parent;
  return ts.isVariableDeclaration(node) && ts.isVariableDeclarationList(node.parent)
    ? node.parent
    : null;
}

function isAmbient(node: ts.Node): boolean {
  return hasModifier(node, ts.SyntaxKind.DeclareKeyword);
}

function insideFunction(node: ts.Node): boolean {
  return ts.findAncestor(node.parent, isVarBoundary) !== undefined;
}

// A declaration is copied to the scope only after it has run, so code that runs within it
// (a class's static parts, a pattern's defaults) must use the local name.
function staysLocal(identifier: ts.Identifier, declaration: ts.Declaration): boolean {
  const whole = ts.findAncestor(
    declaration,
    (node) => ts.isVariableDeclaration(node) || ts.isStatement(node),
  )!;
  const inside = identifier.pos >= whole.pos && identifier.end <= whole.end;
  if (!inside || ts.isFunctionDeclaration(declaration)) return false;
  if (!ts.isVariableDeclaration(whole)) return !ts.isImportDeclaration(whole);
  const deferred = ts.findAncestor(identifier, (node) =>
    node === whole ? "quit" : ts.isFunctionLike(node),
  );
  return deferred === undefined;
}
