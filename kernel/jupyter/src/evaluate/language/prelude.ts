import type { CellOutline } from "./outline.js";

/** Where the name that a cell may use was last declared. */
export interface KnownName {
  /** Number of the cell. */
  cell: number;
  assignable: boolean;
}

/** Module names of this form are earlier cells. */
export const CELL_MODULE = "cell:";

/**
 * Writes what is put after a cell's text so that the checker sees earlier cells' names in it, and
 * later cells see its own. It goes behind, not before, so that lines and columns stay the cell's.
 *
 * @param wanted which of the known names to bring in
 * @example appendix(outline, known, (name) => outline.mentioned.has(name), [])
 */
export function appendix(
  outline: CellOutline,
  known: ReadonlyMap<string, KnownName>,
  wanted: (name: string) => boolean,
  augmenting: readonly number[],
): string {
  const own = new Set(outline.names.map(({ name }) => name));
  const imports = new Map<number, string[]>();
  const lines: string[] = [];
  for (const [name, { cell, assignable }] of known) {
    if (own.has(name) || !wanted(name)) continue;
    // An import cannot be assigned to, so `let` and `var` come in as declarations.
    if (assignable) {
      lines.push(`declare let ${name}: typeof import("${CELL_MODULE}${cell}").${name};`);
    } else {
      const names = imports.get(cell) ?? [];
      names.push(name);
      imports.set(cell, names);
    }
  }
  for (const [cell, names] of imports) {
    lines.push(`import { ${names.join(", ")} } from "${CELL_MODULE}${cell}";`);
  }
  for (const cell of augmenting) lines.push(`import "${CELL_MODULE}${cell}";`);
  const exports = [...own].filter((name) => !outline.exported.has(name));
  // At least an empty export: it makes the cell a module, with a scope of its own.
  lines.push(`export { ${exports.join(", ")} };`);
  return `\n;${lines.join("\n")}\n`;
}
