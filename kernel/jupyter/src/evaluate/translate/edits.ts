import type MagicString from "magic-string";
import type { Node } from "oxc-parser";
import type { CellNames, Place } from "./place.js";

/** A cell's text while it is edited. */
export interface Edits {
  text: MagicString;
  names: CellNames;
  /** Statements that come before all others. */
  hoisted: string[];
  /** Loops that a label of the user stands before. */
  labeled: Set<Node>;
  /** Edits a node and what is in it. */
  visit(node: Node, place: Place): void;
  visitAll(nodes: readonly (Node | null)[], place: Place): void;
}

/** Puts something before a node, and before what was put there for the nodes within. */
export function before({ text }: Edits, node: Node, inserted: string): void {
  text.prependRight(node.start, inserted);
}

/** Puts something behind a node, and behind what was put there for the nodes within. */
export function after({ text }: Edits, node: Node, inserted: string): void {
  text.appendLeft(node.end, inserted);
}

/** Takes a part of the text out. */
export function remove({ text }: Edits, from: number, to: number): void {
  if (from < to) text.remove(from, to);
}

/**
 * Ends a statement: what is put before the next one must not be taken for a part of this one.
 *
 * @example endStatement(edits, node) // "f()" becomes "f();"
 */
export function endStatement(edits: Edits, node: Node): void {
  if (edits.text.original[node.end - 1] !== ";") after(edits, node, ";");
}
