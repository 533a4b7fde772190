import type { Expression, Node, Statement } from "oxc-parser";
import { after, before, endStatement, remove, type Edits } from "./edits.js";
import { broughtBy, requiredBy } from "./imports.js";
import { copied, NAMES } from "./names-in-cells.js";
import { declarationIn } from "./nodes.js";
import { TOP } from "./place.js";
import { existsAtRunTime, isAmbient } from "./scopes.js";
import { declaration } from "./variables.js";

function bring(edits: Edits, node: Node, statement: string): void {
  if (statement === "") return remove(edits, node.start, node.end);
  edits.text.overwrite(node.start, node.end, statement);
  // Behind other statements it must be brought before them, keeping its place in the cell.
  if (edits.text.original.slice(0, node.start).trim() !== "")
    edits.text.move(node.start, node.end, 0);
}

/**
 * Edits a statement of the cell's top level: imports are brought, exports lose the word, what is
 * declared is copied to the scope.
 *
 * @param isLast whether its value is the cell's
 * @example topLevel(edits, statement, true) // __out.value = (a + b);
 */
export function topLevel(edits: Edits, node: Statement, isLast: boolean): void {
  const declared = declarationIn(node);
  if (isAmbient(declared) || declared.type === "TSInterfaceDeclaration") {
    return remove(edits, node.start, node.end);
  }
  switch (declared.type) {
    case "TSTypeAliasDeclaration":
    case "ExportNamedDeclaration":
    case "ExportAllDeclaration":
    case "TSNamespaceExportDeclaration":
      return remove(edits, node.start, node.end);
    case "ImportDeclaration":
      return bring(edits, node, broughtBy(declared));
    case "TSImportEqualsDeclaration":
      return bring(edits, node, requiredBy(declared));
  }
  if (node.type === "TSExportAssignment") return value(edits, node, node.expression, isLast);
  if (node.type === "ExportDefaultDeclaration" && !DECLARES.has(declared.type)) {
    return value(edits, node, declared as Expression, isLast);
  }
  if (node !== declared) removeExport(edits, node, declared);
  switch (declared.type) {
    case "VariableDeclaration":
      return declaration(edits, declared, TOP, true);
    case "FunctionDeclaration":
    case "TSDeclareFunction":
      // A default export without a name: nothing could call it.
      if (!declared.id) return remove(edits, declared.start, declared.end);
      if (declared.body) edits.hoisted.push(copied([declared.id.name]));
      return edits.visit(declared, TOP);
    case "ClassDeclaration":
      if (!declared.id) return remove(edits, declared.start, declared.end);
      return definition(edits, declared, declared.id.name);
    case "TSEnumDeclaration":
      return definition(edits, declared, declared.id.name);
    case "TSModuleDeclaration":
      return definition(edits, declared, firstName(declared.id));
    case "ExpressionStatement":
      if (isLast && edits.text.original[node.end - 1] !== ";")
        return value(edits, node, declared.expression, true);
  }
  edits.visit(node, TOP);
}

function definition(edits: Edits, node: Node, name: string): void {
  const declaring = { names: new Set([name]), functions: Infinity };
  edits.visit(node, { ...TOP, declaring });
  if (existsAtRunTime(node)) after(edits, node, copied([name]));
}

function value(edits: Edits, node: Statement, expression: Expression, isLast: boolean): void {
  edits.visit(expression, TOP);
  if (node.type === "ExpressionStatement") before(edits, expression, `${NAMES.out}.value = (`);
  else edits.text.overwrite(node.start, expression.start, isLast ? `${NAMES.out}.value = (` : "(");
  edits.text.appendLeft(expression.end, ")");
  endStatement(edits, node);
}

// Decorators may stand before it.
function removeExport(edits: Edits, node: Node, declared: Node): void {
  const decorators = "decorators" in declared ? (declared.decorators as Node[]) : [];
  const from = decorators.findLast(({ start }) => start < node.start + 1)?.end ?? node.start;
  const keyword = /\bexport\b(\s+default\b)?/.exec(edits.text.original.slice(from));
  if (keyword) remove(edits, from + keyword.index, from + keyword.index + keyword[0].length);
}

const DECLARES = new Set(["FunctionDeclaration", "TSDeclareFunction", "ClassDeclaration"]);

function firstName(id: Node): string {
  if (id.type === "TSQualifiedName") return firstName(id.left);
  return (id as { name: string }).name;
}
