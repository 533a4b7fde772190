import type {
  ForInStatement,
  ForOfStatement,
  ForStatement,
  Statement,
  VariableDeclaration,
} from "oxc-parser";
import { after, before, endStatement, remove, type Edits } from "./edits.js";
import { copied, scoped } from "./names-in-cells.js";
import { namesIn } from "./nodes.js";
import { assign, bind } from "./patterns.js";
import type { Place } from "./place.js";

// A `var` outside of functions is the cell's, wherever it stands.
function isVarOfCell(node: VariableDeclaration, place: Place): boolean {
  return node.kind === "var" && place.varsOfCell;
}

/**
 * Edits a declaration of variables; those of the cell are copied to the scope behind it.
 *
 * @param atTop whether it stands at the cell's top level
 * @example declaration(edits, node, TOP, true) // let a = 1; __cells.a = a;
 */
export function declaration(
  edits: Edits,
  node: VariableDeclaration,
  place: Place,
  atTop: boolean,
): void {
  const ofCell = atTop || isVarOfCell(node, place);
  const { kind, declarations } = node;
  declarations.forEach((each, index) => {
    const own = namesIn(each.id);
    const declaring = { names: new Set(own), functions: place.functions };
    const within = atTop ? { ...place, declaring } : place;
    bind(edits, each.id, within);
    if (each.init) edits.visit(each.init, within);
    if (!ofCell) return;
    if (kind === "var") edits.hoisted.push(...own.map((name) => `${scoped(name)} = void 0;`));
    const copy = own.length > 0 && (kind !== "var" || each.init) ? copied(own) : "";
    const next = declarations[index + 1];
    if (next) edits.text.overwrite(each.end, next.start, `;${copy} ${kind} `);
    else {
      endStatement(edits, node);
      after(edits, node, copy);
    }
  });
  if (!ofCell) endStatement(edits, node);
}

/** Edits the statement that an `if` leads to: it may become several. @example branch(edits, node, place) */
export function branch(edits: Edits, node: Statement, place: Place): void {
  edits.visit(node, place);
  if (node.type !== "VariableDeclaration") return;
  before(edits, node, "{ ");
  after(edits, node, " }");
}

/**
 * Edits what stands in the parentheses of a `for`. Of `for (var i = 0; …)` at the cell's level the
 * variables live on the scope from the start.
 *
 * @example forHead(edits, node, place) // for ((__cells.i = 0); __cells.i < 3; __cells.i++)
 */
export function forHead(edits: Edits, { init, test, update }: ForStatement, place: Place): void {
  if (test) edits.visit(test, place);
  if (update) edits.visit(update, place);
  if (init?.type !== "VariableDeclaration") return init ? edits.visit(init, place) : undefined;
  if (!isVarOfCell(init, place)) return declarators(edits, init, place);
  const assigned = init.declarations.filter((each) => each.init);
  remove(edits, init.start, assigned[0]?.start ?? init.end);
  assigned.forEach((each, index) => {
    assign(edits, each.id, place);
    edits.visit(each.init!, place);
    before(edits, each, "(");
    after(edits, each, ")");
    const next = assigned[index + 1];
    if (next) edits.text.overwrite(each.end, next.start, ", ");
    else remove(edits, each.end, init.end);
  });
  hoist(edits, init);
}

/** Edits what a `for … of` or `for … in` assigns to. @example forTarget(edits, node, place) */
export function forTarget(
  edits: Edits,
  { left }: ForInStatement | ForOfStatement,
  place: Place,
): void {
  if (left.type !== "VariableDeclaration") return edits.visit(left, place);
  if (!isVarOfCell(left, place)) return declarators(edits, left, place);
  const [first] = left.declarations;
  remove(edits, left.start, first!.start);
  assign(edits, first!.id, place);
  hoist(edits, left);
}

function declarators(edits: Edits, list: VariableDeclaration, place: Place): void {
  for (const { id, init } of list.declarations) {
    bind(edits, id, place);
    if (init) edits.visit(init, place);
  }
}

function hoist(edits: Edits, { declarations }: VariableDeclaration): void {
  const own = declarations.flatMap(({ id }) => namesIn(id));
  edits.hoisted.push(...own.map((name) => `${scoped(name)} = void 0;`));
}
