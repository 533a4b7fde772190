import { readFileSync } from "node:fs";
import { cellPath } from "./cell-path.js";
import { createLineMap, type LineMap } from "./line-map.js";
import { Refused } from "./refused.js";

/** A cell that runs or has run, as main tells of it. */
export interface CellScript {
  /** How V8 knows it: `cell-3.ts`. */
  name: string;
  code: string;
  /** Source maps as JSON text, from what runs to what was written. */
  maps: readonly string[];
}

/** A cell that the debugger knows. */
export interface KnownCell {
  name: string;
  path: string;
  code: string;
  lines: LineMap;
}

/** The cells that the debugger knows: one for each time that one was run. */
export interface CellScripts {
  add(script: CellScript): KnownCell;
  /** By the name that V8 has for it. */
  named(name: string): KnownCell | undefined;
  /** By the path that the client has for it. */
  at(path: string): KnownCell[];
  /**
   * The text behind a path: of a cell that ran, one that the client has shown, or a file.
   *
   * @throws {Refused}
   */
  textOf(path: string): string;
  /** The client shows a cell that need not have run. */
  dump(code: string): string;
}

/**
 * Makes the list of cells.
 *
 * @example cells.add({ name: "cell-1.ts", code: "1 + 1", maps }).path
 */
export function createCellScripts(): CellScripts {
  const cells = new Map<string, KnownCell>();
  const dumped = new Map<string, string>();
  const at = (path: string): KnownCell[] =>
    [...cells.values()].filter((cell) => cell.path === path);

  return {
    add({ name, code, maps }) {
      const cell = { name, code, path: cellPath(code), lines: createLineMap(maps) };
      cells.set(name, cell);
      return cell;
    },
    named: (name) => cells.get(name),
    at,
    textOf: (path) => dumped.get(path) ?? at(path)[0]?.code ?? fileText(path),
    dump(code) {
      const path = cellPath(code);
      dumped.set(path, code);
      return path;
    },
  };
}

function fileText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new Refused(`${path} cannot be read: ${(error as Error).message}`);
  }
}
