import type { Session } from "node:inspector/promises";
import { RequestInvalid } from "../errors.js";
import type { CellScripts, KnownCell } from "./cell-scripts.js";

/** A breakpoint as the client asks for it: a line from 1, and perhaps when it counts. */
export interface Wanted {
  line: number;
  condition?: string;
}

/** A breakpoint as it was set. */
export interface SetBreakpoint {
  verified: boolean;
  line: number;
  source: { path: string };
}

/** The breakpoints of a notebook: they belong to a cell's text, whenever that runs. */
export interface Breakpoints {
  /** Sets all of a cell, in place of those it had. */
  replace(path: string, wanted: readonly Wanted[]): Promise<SetBreakpoint[]>;
  /** Sets those that wait for this cell, before it runs. */
  arm(cell: KnownCell): Promise<void>;
  list(): { source: string; breakpoints: Wanted[] }[];
}

/**
 * Makes the breakpoints.
 *
 * @example await breakpoints.replace(cellPath(code), [{ line: 3 }]);
 */
export function createBreakpoints(session: Session, cells: CellScripts): Breakpoints {
  const wantedAt = new Map<string, readonly Wanted[]>();
  const armed = new Map<string, string[]>();

  async function set(cell: KnownCell, { line, condition }: Wanted): Promise<number | null> {
    const found = cell.lines.compiled(line);
    if (!found) return null;
    const { breakpointId } = await session.post("Debugger.setBreakpointByUrl", {
      url: cell.name,
      lineNumber: found.place.line,
      columnNumber: found.place.column,
      ...(condition === undefined ? {} : { condition }),
    });
    armed.set(cell.path, [...(armed.get(cell.path) ?? []), breakpointId]);
    return found.line;
  }

  return {
    async replace(path, wanted) {
      for (const breakpointId of armed.get(path) ?? []) {
        await session.post("Debugger.removeBreakpoint", { breakpointId });
      }
      armed.delete(path);
      wantedAt.set(path, wanted);
      const source = { path };
      const known = cells.at(path);
      return Promise.all(
        wanted.map(async (each) => {
          const lines = await Promise.all(known.map((cell) => set(cell, each)));
          // A cell that has not run yet gets its own when it does.
          const line = lines.length === 0 ? each.line : (lines.at(-1) ?? null);
          return { verified: line !== null, line: line ?? each.line, source };
        }),
      );
    },
    async arm(cell) {
      await Promise.all((wantedAt.get(cell.path) ?? []).map((each) => set(cell, each)));
    },
    list: () =>
      [...wantedAt]
        .filter(([, breakpoints]) => breakpoints.length > 0)
        .map(([source, breakpoints]) => ({ source, breakpoints: [...breakpoints] })),
  };
}

/**
 * Reads the breakpoints of a request.
 *
 * @throws {RequestInvalid}
 * @example readWanted([{ line: 3 }]) // [{ line: 3 }]
 */
export function readWanted(wanted: readonly unknown[]): Wanted[] {
  return wanted.map((each) => {
    const { line, condition } = (each ?? {}) as { line?: unknown; condition?: unknown };
    if (!Number.isInteger(line)) {
      throw new RequestInvalid("debug_request setBreakpoints", "line", "a whole number");
    }
    return {
      line: line as number,
      ...(typeof condition === "string" && condition !== "" ? { condition } : {}),
    };
  });
}
