import type { ForStatement, Node, VariableDeclaration } from "oxc-parser";
import { countedLoop, inStretches, type CountedLoop } from "./counted-loops.js";
import { after, before, endStatement, remove, type Edits } from "./edits.js";
import { TICK } from "./names-in-cells.js";
import type { Place } from "./place.js";
import { forHead, forTarget } from "./variables.js";

/** What can run for ever. */
export type Loop = Extract<
  Node,
  {
    type:
      "ForStatement" | "ForInStatement" | "ForOfStatement" | "WhileStatement" | "DoWhileStatement";
  }
>;

/**
 * Edits a loop so that it looks for an interrupt: at each iteration, or at each stretch of one that
 * only counts.
 *
 * @example loop(edits, whileStatement, place) // while (a) { if (__flag[0]) __interrupted(); … }
 */
export function loop(edits: Edits, node: Loop, place: Place): void {
  if (node.type === "ForStatement") {
    const counted = edits.labeled.has(node) ? null : countedLoop(node);
    if (counted) return stretched(edits, node, counted, place);
    forHead(edits, node, place);
  } else if (node.type === "ForInStatement" || node.type === "ForOfStatement") {
    forTarget(edits, node, place);
    edits.visit(node.right, place);
  } else edits.visit(node.test, place);
  edits.visit(node.body, place);
  before(edits, node.body, `{ ${TICK} `);
  after(edits, node.body, " }");
  if (node.type === "DoWhileStatement") endStatement(edits, node);
}

function stretched(edits: Edits, node: ForStatement, counted: CountedLoop, place: Place): void {
  const label = `__stretch${node.start}`;
  const [init, test, update] = [node.init!, node.test!, node.update!];
  for (const each of (init as VariableDeclaration).declarations) {
    if (each.init) edits.visit(each.init, place);
  }
  edits.visit(test, place);
  edits.visit(update, place);
  edits.visit(node.body, { ...place, breakTo: label });
  const part = ({ start, end }: Node): string => edits.text.slice(start, end);
  const limit = part(counted.limit);
  const texts = inStretches(counted, label, { test: part(test), update: part(update), limit });
  before(edits, node, `${label}: `);
  remove(edits, update.start, update.end);
  before(edits, node.body, texts.before);
  after(edits, node.body, texts.after);
}
