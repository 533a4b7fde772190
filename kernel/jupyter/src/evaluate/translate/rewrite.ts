import type MagicString from "magic-string";
import type {
  BindingPattern,
  Expression,
  ForInStatement,
  ForOfStatement,
  ForStatement,
  Node,
  ParamPattern,
  Program,
  Statement,
  VariableDeclaration,
} from "oxc-parser";
import { assignedName, countedLoop, inStretches, type CountedLoop } from "./counted-loops.js";
import { broughtBy, requiredBy } from "./imports.js";
import { copied, NAMES, scoped, TICK } from "./names-in-cells.js";
import {
  bare,
  childrenOf,
  declarationIn,
  isFunction,
  isType,
  isVarBoundary,
  namesIn,
} from "./nodes.js";
import { declaredBy, existsAtRunTime, isAmbient } from "./scopes.js";

/** Names that a cell's identifiers may mean beside what is local to a function or a block. */
export interface CellNames {
  /** What the cell declares at its top level. */
  own: ReadonlySet<string>;
  /** What earlier cells left. */
  earlier: ReadonlySet<string>;
  /** Those of both that cannot be assigned to. */
  constants: ReadonlySet<string>;
}

/** Where in the cell a visit stands. */
interface Place {
  /** What functions and blocks around it declare. */
  scopes: readonly ReadonlySet<string>[];
  functions: number;
  /** Whether a `var` here is the cell's. */
  varsOfCell: boolean;
  /** What the declaration that it stands in declares, at the cell's top level; see `staysLocal`. */
  declaring: { names: ReadonlySet<string>; functions: number } | null;
  /** Where a `break` without a label must go instead of the nearest loop. */
  breakTo: string | null;
}

const TOP: Place = {
  scopes: [],
  functions: 0,
  varsOfCell: true,
  declaring: null,
  breakTo: null,
};

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
  const hoisted: string[] = [];
  const source = text.original;
  let stretches = 0;

  function before(node: Node, inserted: string): void {
    text.prependRight(node.start, inserted);
  }

  function after(node: Node, inserted: string): void {
    text.appendLeft(node.end, inserted);
  }

  function remove(from: number, to: number): void {
    if (from < to) text.remove(from, to);
  }

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
        if (isCellName(node.name, place)) before(node, `${NAMES.scope}.`);
        return;
      case "FunctionDeclaration":
      case "FunctionExpression":
      case "ArrowFunctionExpression":
        for (const parameter of node.params) bind(parameter, inside);
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
        text.overwrite(node.start, node.start + "import".length, NAMES.load);
        visit(node.source, inside);
        if (node.options) visit(node.options, inside);
        return;
      case "MetaProperty":
        if (node.meta.name === "import") text.overwrite(node.start, node.end, NAMES.meta);
        return;
      case "AwaitExpression":
        visit(node.argument, inside);
        before(node, `${NAMES.resume}(`);
        return after(node, ")");
      case "AssignmentExpression":
      case "UpdateExpression": {
        const name = assignedName(node);
        if (name === null || !names.constants.has(name) || !isCellName(name, place)) break;
        const thrown = `${NAMES.constant}(${JSON.stringify(name)})`;
        text.overwrite(node.start, node.end, thrown);
        return;
      }
      case "VariableDeclaration":
        return declaration(node, inside, false);
      case "LabeledStatement":
        return visit(node.body, inside);
      case "BreakStatement":
        if (!node.label && place.breakTo !== null) {
          text.appendLeft(node.start + "break".length, ` ${place.breakTo}`);
        }
        return endStatement(node);
      case "ContinueStatement":
        return endStatement(node);
      case "SwitchStatement":
        inside = { ...inside, breakTo: null };
        break;
      case "CatchClause":
        if (node.param) bind(node.param, inside);
        return visit(node.body, inside);
      case "ForStatement":
      case "ForInStatement":
      case "ForOfStatement":
      case "WhileStatement":
      case "DoWhileStatement":
        return loop(node, { ...inside, breakTo: null });
      case "IfStatement":
        visit(node.test, inside);
        branch(node.consequent, inside);
        if (node.alternate) branch(node.alternate, inside);
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
    if (ENDED.has(node.type)) endStatement(node);
  }

  // What is put before the next statement must not be taken for a part of this one.
  function endStatement(node: Node): void {
    if (source[node.end - 1] !== ";") after(node, ";");
  }

  function isCellName(name: string, place: Place): boolean {
    const isOwn = names.own.has(name);
    if (!isOwn && !names.earlier.has(name)) return false;
    if (place.scopes.some((declared) => declared.has(name))) return false;
    return !isOwn || !staysLocal(name, place);
  }

  // A declaration is copied to the scope only after it has run, so code that runs within it
  // (a class's static parts, a pattern's defaults) must use the local name.
  function staysLocal(name: string, { declaring, functions }: Place): boolean {
    return declaring !== null && declaring.names.has(name) && functions <= declaring.functions;
  }

  // Called as a member the scope object would become `this`.
  function callee(node: Node, place: Place): void {
    const called = bare(node);
    if (called.type !== "Identifier") return visit(node, place);
    if (!isCellName(called.name, place)) return;
    before(called, `(0, ${NAMES.scope}.`);
    after(called, ")");
  }

  function property(node: Extract<Node, { type: "Property" }>, place: Place): void {
    if (node.computed) visit(node.key, place);
    if (!node.shorthand) return visit(node.value, place);
    const { name } = node.key as { name: string };
    if (isCellName(name, place)) text.appendLeft(node.key.end, `: ${scoped(name)}`);
    const { value } = node as { value: Node };
    if (value.type === "AssignmentPattern") visit(value.right, place);
  }

  /** Visits what a pattern computes: its names are declared here, and stay. */
  function bind(pattern: BindingPattern | ParamPattern | Node, place: Place): void {
    switch (pattern.type) {
      case "AssignmentPattern":
        bind(pattern.left, place);
        return visit(pattern.right, place);
      case "RestElement":
        return bind(pattern.argument, place);
      case "ArrayPattern":
        for (const element of pattern.elements) if (element) bind(element, place);
        return;
      case "ObjectPattern":
        for (const each of pattern.properties) bind(each, place);
        return;
      case "Property":
        if (pattern.computed) visit(pattern.key, place);
        return bind(pattern.value, place);
      case "TSParameterProperty":
        visitAll(pattern.decorators, place);
        return bind(pattern.parameter, place);
    }
  }

  /** Turns a binding pattern into one that assigns to the scope. */
  function assign(pattern: BindingPattern | Node, place: Place): void {
    if ("typeAnnotation" in pattern && pattern.typeAnnotation) {
      remove(pattern.typeAnnotation.start, pattern.typeAnnotation.end);
    }
    switch (pattern.type) {
      case "Identifier":
        return before(pattern, `${NAMES.scope}.`);
      case "AssignmentPattern":
        assign(pattern.left, place);
        return visit(pattern.right, place);
      case "RestElement":
        return assign(pattern.argument, place);
      case "ArrayPattern":
        for (const element of pattern.elements) if (element) assign(element, place);
        return;
      case "ObjectPattern":
        for (const each of pattern.properties) assign(each, place);
        return;
      case "Property": {
        if (pattern.computed) visit(pattern.key, place);
        if (!pattern.shorthand) return assign(pattern.value, place);
        const { name } = pattern.key as { name: string };
        text.appendLeft(pattern.key.end, `: ${scoped(name)}`);
        const { value } = pattern as { value: Node };
        if (value.type === "AssignmentPattern") visit(value.right, place);
      }
    }
  }

  // A `var` outside of functions is the cell's, wherever it stands.
  function isVarOfCell(node: VariableDeclaration, place: Place): boolean {
    return node.kind === "var" && place.varsOfCell;
  }

  function declaration(node: VariableDeclaration, place: Place, atTop: boolean): void {
    const ofCell = atTop || isVarOfCell(node, place);
    const { kind, declarations } = node;
    declarations.forEach((each, index) => {
      const own = namesIn(each.id);
      const declaring = { names: new Set(own), functions: place.functions };
      const within = atTop ? { ...place, declaring } : place;
      bind(each.id, within);
      if (each.init) visit(each.init, within);
      if (!ofCell) return;
      if (kind === "var") hoisted.push(...own.map((name) => `${scoped(name)} = void 0;`));
      const copy = own.length > 0 && (kind !== "var" || each.init) ? copied(own) : "";
      const next = declarations[index + 1];
      if (next) text.overwrite(each.end, next.start, `;${copy} ${kind} `);
      else {
        endStatement(node);
        after(node, copy);
      }
    });
    if (!ofCell) endStatement(node);
  }

  // A statement may become several.
  function branch(node: Statement, place: Place): void {
    visit(node, place);
    if (node.type !== "VariableDeclaration") return;
    before(node, "{ ");
    after(node, " }");
  }

  type Loop = Extract<
    Node,
    {
      type:
        | "ForStatement"
        | "ForInStatement"
        | "ForOfStatement"
        | "WhileStatement"
        | "DoWhileStatement";
    }
  >;

  function loop(node: Loop, place: Place): void {
    if (node.type === "ForStatement") {
      const counted = isLabeled(node) ? null : countedLoop(node);
      if (counted) return stretched(node, counted, place);
      forHead(node, place);
    } else if (node.type === "ForInStatement" || node.type === "ForOfStatement") {
      forTarget(node, place);
      visit(node.right, place);
    } else visit(node.test, place);
    visit(node.body, place);
    before(node.body, `{ ${TICK} `);
    after(node.body, " }");
    if (node.type === "DoWhileStatement") endStatement(node);
  }

  function isLabeled(node: Node): boolean {
    return /:\s*$/.test(source.slice(0, node.start));
  }

  function stretched(node: ForStatement, counted: CountedLoop, place: Place): void {
    stretches += 1;
    const label = `__stretch${stretches}`;
    const [init, test, update] = [node.init!, node.test!, node.update!];
    for (const each of (init as VariableDeclaration).declarations) {
      if (each.init) visit(each.init, place);
    }
    visit(test, place);
    visit(update, place);
    visit(node.body, { ...place, breakTo: label });
    const part = ({ start, end }: Node): string => text.slice(start, end);
    const limit = part(counted.limit);
    const texts = inStretches(counted, label, { test: part(test), update: part(update), limit });
    before(node, `${label}: `);
    remove(update.start, update.end);
    before(node.body, texts.before);
    after(node.body, texts.after);
  }

  // `for (var i = 0, …)` at cell level: the variables live on the scope from the start.
  function forHead({ init, test, update }: ForStatement, place: Place): void {
    if (test) visit(test, place);
    if (update) visit(update, place);
    if (init?.type !== "VariableDeclaration") return init ? visit(init, place) : undefined;
    if (!isVarOfCell(init, place)) return declarators(init, place);
    const assigned = init.declarations.filter((each) => each.init);
    remove(init.start, assigned[0]?.start ?? init.end);
    assigned.forEach((each, index) => {
      assign(each.id, place);
      visit(each.init!, place);
      before(each, "(");
      after(each, ")");
      const next = assigned[index + 1];
      if (next) text.overwrite(each.end, next.start, ", ");
      else remove(each.end, init.end);
    });
    hoist(init);
  }

  function forTarget({ left }: ForInStatement | ForOfStatement, place: Place): void {
    if (left.type !== "VariableDeclaration") return visit(left, place);
    if (!isVarOfCell(left, place)) return declarators(left, place);
    const [first] = left.declarations;
    remove(left.start, first!.start);
    assign(first!.id, place);
    hoist(left);
  }

  function declarators(list: VariableDeclaration, place: Place): void {
    for (const { id, init } of list.declarations) {
      bind(id, place);
      if (init) visit(init, place);
    }
  }

  function hoist({ declarations }: VariableDeclaration): void {
    const own = declarations.flatMap(({ id }) => namesIn(id));
    hoisted.push(...own.map((name) => `${scoped(name)} = void 0;`));
  }

  function bring(node: Node, statement: string): void {
    if (statement === "") return remove(node.start, node.end);
    text.overwrite(node.start, node.end, statement);
    // Behind other statements it must be brought before them, keeping its place in the cell.
    if (source.slice(0, node.start).trim() !== "") text.move(node.start, node.end, 0);
  }

  function topLevel(node: Statement, isLast: boolean): void {
    const declared = declarationIn(node);
    if (isAmbient(declared) || declared.type === "TSInterfaceDeclaration") {
      return remove(node.start, node.end);
    }
    switch (declared.type) {
      case "TSTypeAliasDeclaration":
      case "ExportNamedDeclaration":
      case "ExportAllDeclaration":
      case "TSNamespaceExportDeclaration":
        return remove(node.start, node.end);
      case "ImportDeclaration":
        return bring(node, broughtBy(declared));
      case "TSImportEqualsDeclaration":
        return bring(node, requiredBy(declared));
    }
    if (node.type === "TSExportAssignment") return value(node, node.expression, isLast);
    if (node.type === "ExportDefaultDeclaration" && !DECLARES.has(declared.type)) {
      return value(node, declared as Expression, isLast);
    }
    if (node !== declared) removeExport(node, declared);
    switch (declared.type) {
      case "VariableDeclaration":
        return declaration(declared, TOP, true);
      case "FunctionDeclaration":
      case "TSDeclareFunction":
        // A default export without a name: nothing could call it.
        if (!declared.id) return remove(declared.start, declared.end);
        if (declared.body) hoisted.push(copied([declared.id.name]));
        return visit(declared, TOP);
      case "ClassDeclaration":
        if (!declared.id) return remove(declared.start, declared.end);
        return definition(declared, declared.id.name);
      case "TSEnumDeclaration":
        return definition(declared, declared.id.name);
      case "TSModuleDeclaration":
        return definition(declared, firstName(declared.id));
      case "ExpressionStatement":
        if (isLast && source[node.end - 1] !== ";") return value(node, declared.expression, true);
    }
    visit(node, TOP);
  }

  function definition(node: Node, name: string): void {
    const declaring = { names: new Set([name]), functions: Infinity };
    visit(node, { ...TOP, declaring });
    if (existsAtRunTime(node)) after(node, copied([name]));
  }

  function value(node: Statement, expression: Expression, isLast: boolean): void {
    visit(expression, TOP);
    if (node.type === "ExpressionStatement") before(expression, `${NAMES.out}.value = (`);
    else text.overwrite(node.start, expression.start, isLast ? `${NAMES.out}.value = (` : "(");
    text.appendLeft(expression.end, ")");
    endStatement(node);
  }

  // Decorators may stand before it.
  function removeExport(node: Node, declared: Node): void {
    const decorators = "decorators" in declared ? (declared.decorators as Node[]) : [];
    const from = decorators.findLast(({ start }) => start < node.start + 1)?.end ?? node.start;
    const keyword = /\bexport\b(\s+default\b)?/.exec(source.slice(from));
    if (keyword) remove(from + keyword.index, from + keyword.index + keyword[0].length);
  }

  const last = program.body.at(-1);
  for (const statement of program.body) topLevel(statement, statement === last);
  if (hoisted.length > 0) text.prepend(`${hoisted.join(" ")}\n`);
}

const ENDED = new Set(["ExpressionStatement", "ReturnStatement", "ThrowStatement"]);

const DECLARES = new Set(["FunctionDeclaration", "TSDeclareFunction", "ClassDeclaration"]);

function firstName(id: Node): string {
  if (id.type === "TSQualifiedName") return firstName(id.left);
  return (id as { name: string }).name;
}
