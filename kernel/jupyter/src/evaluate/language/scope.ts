import type { CellOutline } from "./outline.js";

/** Module names of this form are the places of earlier cells. */
export const CELL_MODULE = "cell:";

/** This module has the names of all earlier cells, each under the number of its cell's place. */
export const SCOPE_MODULE = "cells:";

/** How many modules share what that one lists: TypeScript reads anew the whole list that a cell changes. */
const LISTS = 16;

/** How many places are made at once. */
const PLACES = 64;

const EMPTY = `import {} from "${SCOPE_MODULE}";\nexport {};`;

/** Where the name that a cell may use was last declared. */
interface KnownName {
  place: number;
  assignable: boolean;
}

/** A cell's text as the checker gets it. */
export interface ScopedCell {
  outline: CellOutline;
  /** While it is in hand. */
  text: string;
  /** As it is kept. */
  keptText: string;
  /** The places that its text refers to. */
  uses: Set<number>;
}

/** What the cells of a notebook know of each other. */
export interface Scope {
  /**
   * Writes what is put after a cell's text so that the checker sees earlier cells' names in it, and
   * later cells see its own. It goes behind, not before, so that lines and columns stay the cell's.
   *
   * @param wanted which of the known names to bring in
   */
  complete(code: string, outline: CellOutline, wanted: (name: string) => boolean): ScopedCell;
  /** Makes names of a cell known to later ones: its types, and these values. */
  keep(cell: ScopedCell, names: readonly string[]): void;
}

/**
 * Makes the scope of a notebook without cells. TypeScript walks through every file that it knows when
 * any file imports another module than before, some forty times the work of a new text. So cells lie in
 * places that are there from the start, each imports one module only, and that one leads to all places. The
 * cell in hand imports all lists of names. Whatever is run, nobody's imports change but for the user's own.
 *
 * @param put gives a module its text
 * @example const scope = createScope((module, text) => project.put(module, text));
 */
export function createScope(put: (module: string, text: string) => void): Scope {
  const known = new Map<string, KnownName>();
  const kept = new Map<number, { names: string[]; uses: Set<number>; augments: boolean }>();
  const free: number[] = [];
  let places = 0;

  function addPlaces(): void {
    const before = places;
    places += PLACES;
    for (let place = places; place > before; place--) {
      free.push(place);
      put(CELL_MODULE + place, EMPTY);
    }
    for (let list = 0; list < LISTS; list++) show(list);
  }

  function show(list: number): void {
    const lines: string[] = [];
    for (let place = list || LISTS; place <= places; place += LISTS) {
      const names = (kept.get(place)?.names ?? []).map((name) => `${name} as ${name}_${place}`);
      lines.push(`export { ${names.join(", ")} } from "${CELL_MODULE}${place}";`);
    }
    put(SCOPE_MODULE + list, lines.join("\n"));
  }

  // What later cells cannot reach by any name is forgotten, however often a cell is run.
  function forget(): void {
    const reached = new Set<number>();
    const reach = (place: number): void => {
      if (reached.has(place)) return;
      reached.add(place);
      kept.get(place)?.uses.forEach(reach);
    };
    for (const { place } of known.values()) reach(place);
    for (const [place, { augments }] of kept) if (augments) reach(place);
    for (const place of [...kept.keys()].filter((each) => !reached.has(each))) {
      kept.delete(place);
      put(CELL_MODULE + place, EMPTY);
      free.push(place);
      show(place % LISTS);
    }
  }

  put(
    SCOPE_MODULE,
    Array.from({ length: LISTS }, (_, list) => `export * from "${SCOPE_MODULE}${list}";`).join(""),
  );
  addPlaces();
  return {
    complete(code, outline, wanted) {
      const own = new Set(outline.names.map(({ name }) => name));
      const uses = new Set<number>();
      const imports = Array.from({ length: LISTS }, (): string[] => []);
      const lines: string[] = [];
      for (const [name, { place, assignable }] of known) {
        if (own.has(name) || !wanted(name)) continue;
        uses.add(place);
        // An import cannot be assigned to, so `let` and `var` come in as declarations.
        const local = assignable ? `__cell_${name}` : name;
        imports[place % LISTS]!.push(`${name}_${place} as ${local}`);
        if (assignable) lines.push(`declare let ${name}: typeof __cell_${name};`);
      }
      const exports = [...own].filter((name) => !outline.exported.has(name));
      // At least an empty export: it makes the cell a module, with a scope of its own.
      lines.push(`export { ${exports.join(", ")} };`);
      const textWith = (all: readonly string[]): string =>
        `${code}\n;${[...all, ...lines].join("\n")}\n`;
      return {
        outline,
        // Asked for in one module, each name would be looked for in all lists.
        text: textWith(imports.map((names, list) => importOf(names, SCOPE_MODULE + list))),
        keptText: textWith([importOf(imports.flat(), SCOPE_MODULE)]),
        uses,
      };
    },
    keep({ outline, keptText, uses }, names) {
      const declared = outline.names.filter(
        ({ name, typeOnly }) => typeOnly || names.includes(name),
      );
      if (free.length === 0) addPlaces();
      const place = free.pop()!;
      const { augments } = outline;
      kept.set(place, { names: declared.map(({ name }) => name), uses, augments });
      put(CELL_MODULE + place, keptText);
      for (const { name, assignable } of declared) known.set(name, { place, assignable });
      show(place % LISTS);
      forget();
    },
  };
}

const importOf = (names: readonly string[], module: string): string =>
  `import { ${names.join(", ")} } from "${module}";`;
