import type MagicString from "magic-string";
import type { Node, Program } from "oxc-parser";
import { assignedName } from "./counted-loops.js";
import { after, before, endStatement, type Edits } from "./edits.js";
import { loop } from "./loops.js";
import { NAMES, scoped } from "./names-in-cells.js";
import { bare, childrenOf, isFunction, isType, isVarBoundary } from "./nodes.js";
import { bind } from "./patterns.js";
import { isCellName, isConstant, type CellNames, type Place } from "./place.js";
import { declaredBy } from "./scopes.js";
import { topLevel } from "./top-level.js";
import { branch, declaration } from "./variables.js";

/**
 * Edits the text of a cell into the body of an async function, still in TypeScript: names of cells
 * live on one plain object, so that every cell and every closure sees the newest value; imports
 * become awaited calls; loops and awaits look whether the cell was interrupted; the value of a last
 * expression is given out, unless a semicolon behind it says that nobody wants it.
 *
 * @param text the cell's text, to be edited
 * @param names what the cell's identifiers may mean
 * @example rewriteCell(program, new MagicString(code), names)
 */
export function rewriteCell(program: Program, text: MagicString, names: CellNames): void {
  const edits: Edits = { text, names, hoisted: [], labeled: new Set(), visit, visitAll };

  function visitAll(nodes: readonly (Node | null)[], place: Place): void {
    for (const node of nodes) if (node) visit(node, place);
  }

  function visit(node: Node, place: Place): void {
    if (isType(node)) return;
    const declared = declaredBy(node);
    let inside = declared ? { ...place, scopes: [...place.scopes, declared] } : place;
    if (isFunction(node.type)) inside = { ...inside, functions: place.functions + 1 };
    if (isVarBoundary(node)) inside = { ...inside, varsOfCell: false, breakTo: null };
    switch (node.type) {
      case "Identifier":
        if (isCellName(node.name, place, edits.names)) before(edits, node, `${NAMES.scope}.`);
        return;
      case "FunctionDeclaration":
      case "FunctionExpression":
      case "ArrowFunctionExpression":
        for (const parameter of node.params) bind(edits, parameter, inside);
        if (node.body) visit(node.body, inside);
        return;
      case "ClassDeclaration":
      case "ClassExpression":
        visitAll(node.decorators, place);
        if (node.superClass) visit(node.superClass, inside);
        return visit(node.body, inside);
      case "MethodDefinition":
      case "PropertyDefinition":
      case "AccessorProperty":
        visitAll(node.decorators, inside);
        if (node.computed) visit(node.key, inside);
        if (node.value) visit(node.value, inside);
        return;
      case "Property":
        return property(node, inside);
      case "MemberExpression":
        visit(node.object, inside);
        if (node.computed) visit(node.property, inside);
        return;
      case "CallExpression":
        callee(node.callee, inside);
        return visitAll(node.arguments, inside);
      case "TaggedTemplateExpression":
        callee(node.tag, inside);
        return visit(node.quasi, inside);
      case "ImportExpression":
        edits.text.overwrite(node.start, node.start + "import".length, NAMES.load);
        visit(node.source, inside);
        if (node.options) visit(node.options, inside);
        return;
      case "MetaProperty":
        if (node.meta.name === "import") edits.text.overwrite(node.start, node.end, NAMES.meta);
        return;
      case "AwaitExpression":
        visit(node.argument, inside);
        before(edits, node, `${NAMES.resume}(`);
        return after(edits, node, ")");
      case "AssignmentExpression":
      case "UpdateExpression": {
        const name = assignedName(node);
        if (name === null || !isConstant(name, names) || !isCellName(name, place, names)) break;
        const thrown = `${NAMES.constant}(${JSON.stringify(name)})`;
        edits.text.overwrite(node.start, node.end, thrown);
        return;
      }
      case "VariableDeclaration":
        return declaration(edits, node, inside, false);
      case "LabeledStatement":
        edits.labeled.add(node.body);
        return visit(node.body, inside);
      case "BreakStatement":
        if (!node.label && place.breakTo !== null) {
          edits.text.appendLeft(node.start + "break".length, ` ${place.breakTo}`);
        }
        return endStatement(edits, node);
      case "ContinueStatement":
        return endStatement(edits, node);
      case "SwitchStatement":
        inside = { ...inside, breakTo: null };
        break;
      case "CatchClause":
        if (node.param) bind(edits, node.param, inside);
        return visit(node.body, inside);
      case "ForStatement":
      case "ForInStatement":
      case "ForOfStatement":
      case "WhileStatement":
      case "DoWhileStatement":
        return loop(edits, node, { ...inside, breakTo: null });
      case "IfStatement":
        visit(node.test, inside);
        branch(edits, node.consequent, inside);
        if (node.alternate) branch(edits, node.alternate, inside);
        return;
      case "ExportNamedDeclaration": // of a namespace
        if (node.declaration) visit(node.declaration, inside);
        return;
      case "TSEnumMember":
        if (node.initializer) visit(node.initializer, inside);
        return;
      case "TSEnumDeclaration":
      case "TSModuleDeclaration":
        if (node.body) visit(node.body, inside);
        return;
    }
    visitAll(childrenOf(node), inside);
    if (ENDED.has(node.type)) endStatement(edits, node);
  }

  // Called as a member the scope object would become `this`.
  function callee(node: Node, place: Place): void {
    const called = bare(node);
    if (called.type !== "Identifier") return visit(node, place);
    if (!isCellName(called.name, place, edits.names)) return;
    before(edits, called, `(0, ${NAMES.scope}.`);
    after(edits, called, ")");
  }

  function property(node: Extract<Node, { type: "Property" }>, place: Place): void {
    if (node.computed) visit(node.key, place);
    if (!node.shorthand) return visit(node.value, place);
    const { name } = node.key as { name: string };
    if (isCellName(name, place, edits.names))
      edits.text.appendLeft(node.key.end, `: ${scoped(name)}`);
    const { value } = node as { value: Node };
    if (value.type === "AssignmentPattern") visit(value.right, place);
  }

  const last = program.body.at(-1);
  for (const statement of program.body) topLevel(edits, statement, statement === last);
  if (edits.hoisted.length > 0) text.prepend(`${edits.hoisted.join(" ")}\n`);
}

const ENDED = new Set(["ExpressionStatement", "ReturnStatement", "ThrowStatement"]);
