import type { BindingPattern, Node, ParamPattern } from "oxc-parser";
import { before, remove, type Edits } from "./edits.js";
import { NAMES, scoped } from "./names-in-cells.js";
import type { Place } from "./place.js";

/** Edits what a pattern computes: its names are declared here, and stay. */
export function bind(
  edits: Edits,
  pattern: BindingPattern | ParamPattern | Node,
  place: Place,
): void {
  switch (pattern.type) {
    case "AssignmentPattern":
      bind(edits, pattern.left, place);
      return edits.visit(pattern.right, place);
    case "RestElement":
      return bind(edits, pattern.argument, place);
    case "ArrayPattern":
      for (const element of pattern.elements) if (element) bind(edits, element, place);
      return;
    case "ObjectPattern":
      for (const each of pattern.properties) bind(edits, each, place);
      return;
    case "Property":
      if (pattern.computed) edits.visit(pattern.key, place);
      return bind(edits, pattern.value, place);
    case "TSParameterProperty":
      edits.visitAll(pattern.decorators, place);
      return bind(edits, pattern.parameter, place);
  }
}

/** Turns a binding pattern into one that assigns to the scope. */
export function assign(edits: Edits, pattern: BindingPattern | Node, place: Place): void {
  if ("typeAnnotation" in pattern && pattern.typeAnnotation) {
    remove(edits, pattern.typeAnnotation.start, pattern.typeAnnotation.end);
  }
  switch (pattern.type) {
    case "Identifier":
      return before(edits, pattern, `${NAMES.scope}.`);
    case "AssignmentPattern":
      assign(edits, pattern.left, place);
      return edits.visit(pattern.right, place);
    case "RestElement":
      return assign(edits, pattern.argument, place);
    case "ArrayPattern":
      for (const element of pattern.elements) if (element) assign(edits, element, place);
      return;
    case "ObjectPattern":
      for (const each of pattern.properties) assign(edits, each, place);
      return;
    case "Property": {
      if (pattern.computed) edits.visit(pattern.key, place);
      if (!pattern.shorthand) return assign(edits, pattern.value, place);
      const { name } = pattern.key as { name: string };
      edits.text.appendLeft(pattern.key.end, `: ${scoped(name)}`);
      const { value } = pattern as { value: Node };
      if (value.type === "AssignmentPattern") edits.visit(value.right, place);
    }
  }
}
