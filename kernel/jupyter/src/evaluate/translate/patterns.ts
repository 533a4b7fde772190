import type { BindingPattern, Node, ParamPattern } from "oxc-parser";
import { before, remove, type Edits } from "./edits.js";
import { NAMES, scoped } from "./names-in-cells.js";
import type { Place } from "./place.js";

type Pattern = BindingPattern | ParamPattern | Node;

/** Edits what a pattern computes: its names are declared here, and stay. */
export function bind(edits: Edits, pattern: Pattern, place: Place): void {
  walk(edits, pattern, place, false);
}

/** Turns a binding pattern into one that assigns to the scope. */
export function assign(edits: Edits, pattern: Pattern, place: Place): void {
  walk(edits, pattern, place, true);
}

function walk(edits: Edits, pattern: Pattern, place: Place, toScope: boolean): void {
  const within = (part: Pattern): void => walk(edits, part, place, toScope);
  if (toScope && "typeAnnotation" in pattern && pattern.typeAnnotation) {
    remove(edits, pattern.typeAnnotation.start, pattern.typeAnnotation.end);
  }
  switch (pattern.type) {
    case "Identifier":
      if (toScope) before(edits, pattern, `${NAMES.scope}.`);
      return;
    case "AssignmentPattern":
      within(pattern.left);
      return edits.visit(pattern.right, place);
    case "RestElement":
      return within(pattern.argument);
    case "ArrayPattern":
      for (const element of pattern.elements) if (element) within(element);
      return;
    case "ObjectPattern":
      return pattern.properties.forEach(within);
    case "TSParameterProperty":
      edits.visitAll(pattern.decorators, place);
      return within(pattern.parameter);
    case "Property": {
      if (pattern.computed) edits.visit(pattern.key, place);
      if (!toScope || !pattern.shorthand) return within(pattern.value);
      const { name } = pattern.key as { name: string };
      edits.text.appendLeft(pattern.key.end, `: ${scoped(name)}`);
      const { value } = pattern as { value: Node };
      if (value.type === "AssignmentPattern") edits.visit(value.right, place);
    }
  }
}
