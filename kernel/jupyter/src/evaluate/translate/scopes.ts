import type { ClassElement, Node, Program, Statement, SwitchCase } from "oxc-parser";
import { childrenOf, declarationIn, isType, isVarBoundary, namesIn } from "./nodes.js";

/** A name that a cell leaves for later ones, with whether it is a constant. */
export interface DeclaredName {
  name: string;
  constant: boolean;
}

/**
 * What a node declares for what is in it: parameters, variables, functions, classes.
 *
 * @returns null for a node that is no scope
 * @example declaredBy(functionNode) // its parameters, its vars, its own name
 */
export function declaredBy(node: Node): Set<string> | null {
  switch (node.type) {
    case "FunctionDeclaration":
    case "ArrowFunctionExpression":
      return new Set([...node.params.flatMap(namesIn), ...varsIn(node.body)]);
    case "FunctionExpression":
      return new Set([...named(node), ...node.params.flatMap(namesIn), ...varsIn(node.body)]);
    case "ClassExpression":
      return new Set(named(node));
    case "StaticBlock":
    case "TSModuleBlock":
      return new Set([...varsIn(node), ...lexicalIn(node.body)]);
    case "BlockStatement":
      return new Set(lexicalIn(node.body));
    case "SwitchStatement":
      return new Set(node.cases.flatMap((each: SwitchCase) => lexicalIn(each.consequent)));
    case "ForStatement":
      return node.init ? new Set(lexicalIn([node.init])) : null;
    case "ForInStatement":
    case "ForOfStatement":
      return new Set(lexicalIn([node.left]));
    case "CatchClause":
      return node.param ? new Set(namesIn(node.param)) : null;
    case "TSEnumDeclaration":
      return new Set(
        node.body.members.flatMap(({ id }) => (id.type === "Identifier" ? [id.name] : [])),
      );
    default:
      return null;
  }
}

function named(node: { id: { name: string } | null }): string[] {
  return node.id ? [node.id.name] : [];
}

/** What statements declare for the block they stand in. */
function lexicalIn(nodes: readonly Node[]): string[] {
  return nodes.flatMap((node) => {
    const declaration = declarationIn(node);
    switch (declaration.type) {
      case "VariableDeclaration":
        return declaration.kind === "var"
          ? []
          : declaration.declarations.flatMap(({ id }) => namesIn(id));
      case "FunctionDeclaration":
      case "TSDeclareFunction":
      case "ClassDeclaration":
        return named(declaration);
      case "TSEnumDeclaration":
      case "TSImportEqualsDeclaration":
        return [declaration.id.name];
      case "TSModuleDeclaration":
        return moduleName(declaration.id);
      default:
        return [];
    }
  });
}

/** Names of the `var`s in a node, but for those of functions within. */
function varsIn(node: Node | null | undefined): string[] {
  if (!node) return [];
  const names: string[] = [];
  const look = (child: Node): void => {
    if (isVarBoundary(child) || isType(child)) return;
    if (child.type === "VariableDeclaration" && child.kind === "var") {
      names.push(...child.declarations.flatMap(({ id }) => namesIn(id)));
    }
    for (const part of childrenOf(child)) look(part);
  };
  for (const child of childrenOf(node)) look(child);
  return names;
}

// `namespace A.B` declares A.
function moduleName(id: Node): string[] {
  if (id.type === "TSQualifiedName") return moduleName(id.left);
  return id.type === "Identifier" ? [id.name] : [];
}

/**
 * The names that a cell declares at its top level for the run, not only for the type checker;
 * `var` in blocks and loops among them.
 *
 * @example declaredAtTop(program) // [{ name: "a", constant: true }]
 */
export function declaredAtTop(program: Program): DeclaredName[] {
  const names = new Map<string, DeclaredName>();
  const declare = (name: string, constant: boolean): void => {
    names.set(name, { name, constant: constant || (names.get(name)?.constant ?? false) });
  };
  for (const name of varsIn(program)) declare(name, false);
  for (const statement of program.body) {
    if (statement.type === "ImportDeclaration") {
      for (const name of importedNames(statement)) declare(name, true);
      continue;
    }
    const declaration = declarationIn(statement);
    if (isAmbient(declaration)) continue;
    const constant =
      declaration.type === "VariableDeclaration" &&
      declaration.kind !== "let" &&
      declaration.kind !== "var";
    if (existsAtRunTime(declaration)) {
      for (const name of lexicalIn([declaration])) declare(name, constant);
    }
  }
  return [...names.values()];
}

function importedNames(node: Extract<Statement, { type: "ImportDeclaration" }>): string[] {
  if (node.importKind === "type") return [];
  return node.specifiers
    .filter((each) => each.type !== "ImportSpecifier" || each.importKind !== "type")
    .map(({ local }) => local.name);
}

/**
 * Whether a declaration only tells the type checker of something that is elsewhere.
 *
 * @example isAmbient(declaration) // true for declare const a: number
 */
export function isAmbient(node: Node): boolean {
  return (node as { declare?: boolean }).declare === true;
}

/**
 * Whether a declaration leaves something behind: types do not, and neither does a namespace that
 * has nothing else.
 *
 * @example existsAtRunTime(interfaceDeclaration) // false
 */
export function existsAtRunTime(node: Node | ClassElement): boolean {
  switch (node.type) {
    case "TSInterfaceDeclaration":
    case "TSTypeAliasDeclaration":
      return false;
    case "TSImportEqualsDeclaration":
      return node.importKind !== "type";
    case "TSModuleDeclaration":
      return node.body?.body.some((each) => existsAtRunTime(declarationIn(each))) ?? false;
    default:
      return !isAmbient(node);
  }
}
