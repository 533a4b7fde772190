import { SourceMap } from "node:module";

/** How many cells' texts are kept for stack traces. */
const LIMIT = 2000;

/** A place in a cell, both from 1. */
export interface Place {
  line: number;
  column: number;
}

/** The texts of cells that ran, to show errors in them. */
export interface CellSources {
  add(name: string, code: string, sourceMap: string | null): void;
  /** The cell's text; null for a name that is no cell. */
  textOf(name: string): string | null;
  /** Replaces the places of compiled cells in a stack by those in the cells as written. */
  translate(stack: string): string;
}

/**
 * Makes the memory of cells' texts.
 *
 * @example sources.translate("at cell-1.ts:9:3") // "at cell-1.ts:4:1"
 */
export function createCellSources(): CellSources {
  const cells = new Map<string, { code: string; map: string | SourceMap | null }>();

  // Most maps are never asked: each is read when its cell first stands in a stack.
  function mapOf(name: string): SourceMap | null {
    const cell = cells.get(name);
    if (typeof cell?.map === "string") cell.map = new SourceMap(JSON.parse(cell.map));
    return (cell?.map as SourceMap | null | undefined) ?? null;
  }

  function original(name: string, at: Place): Place | null {
    const entry = mapOf(name)?.findEntry(at.line - 1, at.column - 1);
    return entry && "originalLine" in entry
      ? { line: entry.originalLine + 1, column: entry.originalColumn + 1 }
      : null;
  }

  return {
    add(name, code, sourceMap) {
      cells.set(name, { code, map: sourceMap });
      if (cells.size > LIMIT) cells.delete(cells.keys().next().value!);
    },
    textOf: (name) => cells.get(name)?.code ?? null,
    translate: (stack) =>
      stack.replace(/\b(cell-[\w-]+\.ts):(\d+):(\d+)/g, (all, name: string, line, column) => {
        const place = original(name, { line: Number(line), column: Number(column) });
        return place ? `${name}:${place.line}:${place.column}` : all;
      }),
  };
}
