import type { ImportDeclaration, TSImportEqualsDeclaration } from "oxc-parser";
import { NAMES, scoped } from "./names-in-cells.js";

/** Stands for the whole module among the names that an import brings. */
export const WHOLE = "*";

/**
 * The statement that loads an imported module and puts its exports on the scope; empty for what is
 * imported as a type. What turns out to be one is left out when the cell runs.
 *
 * @example broughtBy(declaration) // 'await __bring("node:path", [["join","join"]]);'
 */
export function broughtBy(node: ImportDeclaration): string {
  if (node.importKind === "type") return "";
  const pairs: [local: string, exported: string][] = [];
  for (const each of node.specifiers) {
    if (each.type === "ImportDefaultSpecifier") pairs.push([each.local.name, "default"]);
    else if (each.type === "ImportNamespaceSpecifier") pairs.push([each.local.name, WHOLE]);
    else if (each.importKind !== "type") {
      const { imported } = each;
      const exported = imported.type === "Literal" ? imported.value : imported.name;
      pairs.push([each.local.name, exported]);
    }
  }
  // `import { type A } from "a"`: a package that has only types has nothing to load.
  if (pairs.length === 0 && node.specifiers.length > 0) return "";
  const given = [node.source.value, pairs, ...optionsOf(node)].map((each) => JSON.stringify(each));
  return `await ${NAMES.bring}(${given.join(", ")});`;
}

/**
 * The statement that `import fs = require("fs")` becomes; empty for a type, or an alias of a name.
 *
 * @example requiredBy(declaration) // '__cells.fs = require("fs");'
 */
export function requiredBy(node: TSImportEqualsDeclaration): string {
  const { moduleReference: module } = node;
  if (node.importKind === "type" || module.type !== "TSExternalModuleReference") return "";
  return `${scoped(node.id.name)} = ${NAMES.require}(${JSON.stringify(module.expression.value)});`;
}

function optionsOf({ attributes }: ImportDeclaration): object[] {
  if (attributes.length === 0) return [];
  const entries = attributes.map(({ key, value }) => [
    key.type === "Literal" ? key.value : key.name,
    value.value,
  ]);
  return [{ with: Object.fromEntries(entries) as Record<string, string> }];
}
