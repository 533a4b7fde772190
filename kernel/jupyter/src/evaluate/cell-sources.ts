import { SourceMap } from "node:module";
import type { CellScript } from "../debugger/cell-scripts.js";

/** How many cells' texts are kept for stack traces. */
const LIMIT = 2000;

/** A place in a cell, both from 1. */
export interface Place {
  line: number;
  column: number;
}

/** The texts of cells that ran, to show errors in them. */
export interface CellSources {
  /** @param maps source maps as JSON text, from what runs back to the cell */
  add(name: string, code: string, maps: readonly (() => string)[]): void;
  /** Cells that are remembered, for the debugger: all, or those named. */
  scripts(names?: readonly string[]): CellScript[];
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
  const cells = new Map<string, { code: string; maps: readonly (() => string)[] }>();
  // Most maps are never asked: each is made when its cell first stands in a stack.
  const read = new Map<string, SourceMap[]>();

  function mapsOf(name: string): SourceMap[] {
    const known = read.get(name);
    if (known) return known;
    const maps = (cells.get(name)?.maps ?? []).map((map) => new SourceMap(JSON.parse(map())));
    read.set(name, maps);
    return maps;
  }

  function original(name: string, at: Place): Place | null {
    let place: Place = at;
    const maps = mapsOf(name);
    for (const map of maps) {
      const entry = map.findEntry(place.line - 1, place.column - 1);
      if (!("originalLine" in entry)) return null;
      place = { line: entry.originalLine + 1, column: entry.originalColumn + 1 };
    }
    return maps.length > 0 ? place : null;
  }

  return {
    add(name, code, maps) {
      cells.set(name, { code, maps });
      if (cells.size <= LIMIT) return;
      const [oldest] = cells.keys();
      cells.delete(oldest!);
      read.delete(oldest!);
    },
    scripts: (names = [...cells.keys()]) =>
      names.flatMap((name) => {
        const { code, maps } = cells.get(name)!;
        return maps.length === 0 ? [] : [{ name, code, maps: maps.map((map) => map()) }];
      }),
    textOf: (name) => cells.get(name)?.code ?? null,
    translate: (stack) =>
      stack.replace(/\b(cell-[\w-]+\.ts):(\d+):(\d+)/g, (all, name: string, line, column) => {
        const place = original(name, { line: Number(line), column: Number(column) });
        return place ? `${name}:${place.line}:${place.column}` : all;
      }),
  };
}
