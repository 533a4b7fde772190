import ts from "typescript";
import { hasModifier } from "../syntax/outline.js";

/** Names that a cell's identifiers may mean beside what is local to a function or a block. */
export interface CellNames {
  /** What the cell declares at its top level. */
  own: ReadonlySet<string>;
  /** What earlier cells left. */
  earlier: ReadonlySet<string>;
  /** Those of both that cannot be assigned to. */
  constants: ReadonlySet<string>;
}

/** What TypeScript's binder leaves on the nodes; its declarations do not mention it. */
interface Bound {
  locals?: Map<string, ts.Symbol>;
  symbol?: ts.Symbol;
}

/**
 * Tells whether an identifier of a bound source means a name of the notebook, this cell's or an
 * earlier one's, and not something local, a global, a member or a type.
 *
 * @example meansCellName(identifier, names)
 */
export function meansCellName(identifier: ts.Identifier, names: CellNames): boolean {
  const { text } = identifier;
  const isOwn = names.own.has(text);
  if (!isOwn && !names.earlier.has(text)) return false;
  if (!isReference(identifier) || isLocal(identifier)) return false;
  return !isOwn || !staysLocal(identifier);
}

function isReference(identifier: ts.Identifier): boolean {
  const { parent } = identifier;
  if (ts.isShorthandPropertyAssignment(parent)) return parent.name === identifier;
  if (ts.isBindingElement(parent)) return parent.initializer === identifier;
  if (ts.isPropertyAssignment(parent)) return parent.initializer === identifier;
  if (ts.isLabeledStatement(parent) || ts.isBreakOrContinueStatement(parent)) return false;
  if (ts.isQualifiedName(parent)) return parent.left === identifier;
  return (parent as { name?: ts.Node }).name !== identifier;
}

// The binder has noted on each function, block and loop what it declares.
function isLocal(identifier: ts.Identifier): boolean {
  for (let node: ts.Node = identifier.parent; !ts.isSourceFile(node); node = node.parent) {
    const { locals, symbol } = node as Bound;
    if (isValue(locals?.get(identifier.text))) return true;
    if (ts.isFunctionExpression(node) || ts.isClassExpression(node)) {
      if (node.name?.text === identifier.text) return true;
    }
    const hasMembers = ts.isEnumDeclaration(node) || ts.isModuleDeclaration(node);
    if (hasMembers && isValue(symbol?.exports?.get(identifier.text as ts.__String))) return true;
  }
  return false;
}

function isValue(symbol: ts.Symbol | undefined): boolean {
  // What a namespace exports is noted twice, once as no more than a mark.
  const flags = ts.SymbolFlags.Value | ts.SymbolFlags.Alias | ts.SymbolFlags.ExportValue;
  return ((symbol?.flags ?? 0) & flags) !== 0;
}

// A declaration is copied to the scope only after it has run, so code that runs within it
// (a class's static parts, a pattern's defaults) must use the local name.
function staysLocal(identifier: ts.Identifier): boolean {
  const whole = enclosingDeclaration(identifier);
  if (!whole) return false;
  if (!ts.isVariableDeclaration(whole)) return true;
  const deferred = ts.findAncestor(identifier, (node) =>
    node === whole ? "quit" : ts.isFunctionLike(node),
  );
  return deferred === undefined;
}

/** The declaration at the cell's top level, of the identifier's own name, that it stands in. */
function enclosingDeclaration(identifier: ts.Identifier): ts.Node | null {
  const { text } = identifier;
  const found = ts.findAncestor(identifier.parent, (node) => {
    if (ts.isVariableDeclaration(node)) return bindsName(node.name, text) && isCellWide(node);
    if (
      !ts.isClassDeclaration(node) &&
      !ts.isEnumDeclaration(node) &&
      !ts.isModuleDeclaration(node)
    ) {
      return false;
    }
    return ts.isSourceFile(node.parent) && node.name?.text === text && !isAmbient(node);
  });
  return found ?? null;
}

function bindsName(binding: ts.BindingName, name: string): boolean {
  if (ts.isIdentifier(binding)) return binding.text === name;
  return binding.elements.some(
    (element) => !ts.isOmittedExpression(element) && bindsName(element.name, name),
  );
}

// A `var` of a block lives on the scope from the start: nothing of it stays local.
function isCellWide(declaration: ts.VariableDeclaration): boolean {
  const list = declaration.parent;
  return (
    ts.isVariableDeclarationList(list) &&
    ts.isVariableStatement(list.parent) &&
    ts.isSourceFile(list.parent.parent)
  );
}

function isAmbient(node: ts.Node): boolean {
  return hasModifier(node, ts.SyntaxKind.DeclareKeyword);
}

/**
 * What an assignment assigns to, when that is one name: `a = 1`, `a += 1`, `a++`.
 *
 * @example assignedName(node)?.text // "a"
 */
export function assignedName(node: ts.Node): ts.Identifier | null {
  if (ts.isBinaryExpression(node)) {
    const { kind } = node.operatorToken;
    const assigns = kind >= ts.SyntaxKind.FirstAssignment && kind <= ts.SyntaxKind.LastAssignment;
    return assigns && ts.isIdentifier(node.left) ? node.left : null;
  }
  if (ts.isPrefixUnaryExpression(node) || ts.isPostfixUnaryExpression(node)) {
    const { operator, operand } = node;
    const assigns =
      operator === ts.SyntaxKind.PlusPlusToken || operator === ts.SyntaxKind.MinusMinusToken;
    return assigns && ts.isIdentifier(operand) ? operand : null;
  }
  return null;
}
