import { visitorKeys, type BindingPattern, type Node, type ParamPattern } from "oxc-parser";

type Part = Node | readonly (Node | null)[] | null | undefined;

/**
 * The parts of a node, in the order of the text.
 *
 * @example childrenOf(callExpression) // the callee, then the arguments
 */
export function childrenOf(node: Node): Node[] {
  const children: Node[] = [];
  for (const key of visitorKeys[node.type] ?? []) {
    const part = (node as unknown as Record<string, Part>)[key];
    for (const child of Array.isArray(part) ? (part as (Node | null)[]) : [part as Node | null]) {
      if (child) children.push(child);
    }
  }
  return children;
}

/**
 * Whether a node is only for the type checker.
 *
 * @example isType(annotation) // true
 */
export function isType({ type }: Node): boolean {
  return type.startsWith("TS") && !TYPES_WITH_CODE.has(type);
}

const TYPES_WITH_CODE = new Set([
  "TSAsExpression",
  "TSSatisfiesExpression",
  "TSNonNullExpression",
  "TSTypeAssertion",
  "TSInstantiationExpression",
  "TSEnumDeclaration",
  "TSEnumBody",
  "TSEnumMember",
  "TSModuleDeclaration",
  "TSModuleBlock",
  "TSParameterProperty",
]);

/**
 * An expression without the parentheses and the types around it.
 *
 * @example bare(parse("(f as any)!")) // f
 */
export function bare(node: Node): Node {
  switch (node.type) {
    case "ParenthesizedExpression":
    case "TSAsExpression":
    case "TSSatisfiesExpression":
    case "TSNonNullExpression":
    case "TSTypeAssertion":
    case "TSInstantiationExpression":
      return bare(node.expression);
    default:
      return node;
  }
}

/**
 * The names that a pattern binds.
 *
 * @example namesIn(pattern) // ["a", "b"] for { a, x: [b] }
 */
export function namesIn(pattern: BindingPattern | ParamPattern | Node): string[] {
  switch (pattern.type) {
    case "Identifier":
      return [pattern.name];
    case "AssignmentPattern":
      return namesIn(pattern.left);
    case "RestElement":
      return namesIn(pattern.argument);
    case "ArrayPattern":
      return pattern.elements.flatMap((element) => (element ? namesIn(element) : []));
    case "ObjectPattern":
      return pattern.properties.flatMap((property) =>
        namesIn(property.type === "Property" ? property.value : property),
      );
    case "TSParameterProperty":
      return namesIn(pattern.parameter);
    default:
      return [];
  }
}

/** What makes a scope for `var`: a function, or a block that is like one. */
export function isVarBoundary({ type }: Node): boolean {
  return isFunction(type) || type === "StaticBlock" || type === "TSModuleBlock";
}

/**
 * Whether a node of this type is a function.
 *
 * @example isFunction("ArrowFunctionExpression") // true
 */
export function isFunction(type: Node["type"]): boolean {
  return (
    type === "FunctionDeclaration" ||
    type === "FunctionExpression" ||
    type === "ArrowFunctionExpression"
  );
}

/**
 * The declaration that a statement is or exports.
 *
 * @example declarationIn(statement)
 */
export function declarationIn(statement: Node): Node {
  const exports =
    statement.type === "ExportNamedDeclaration" || statement.type === "ExportDefaultDeclaration";
  return exports && statement.declaration ? statement.declaration : statement;
}
