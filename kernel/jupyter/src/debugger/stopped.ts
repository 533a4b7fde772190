import type { Debugger, Runtime, Session } from "node:inspector/promises";
import { NAMES } from "../evaluate/translate/names-in-cells.js";
import type { CellScripts } from "./cell-scripts.js";
import type { RemoteValues } from "./remote-values.js";
import { CELLS, userFileOf } from "./territory.js";

/** A frame of the stopped program, as the client sees it. */
export interface StackFrame {
  id: number;
  name: string;
  source: { name: string; path: string };
  line: number;
  column: number;
}

/** Parts of a frame that a client may open. */
export interface Scope {
  name: string;
  variablesReference: number;
  expensive: boolean;
}

/** Where main has stopped. */
export interface Stopped {
  frames: StackFrame[];
  /** Names the top's line, in this very call. */
  place: string;
  /** Whether the top is code that the kernel put in: no line of the cell says it. */
  between: boolean;
  scopes(frame: number): Promise<Scope[] | null>;
  /** @returns null for a frame that there is not */
  evaluate(
    frame: number,
    expression: string,
  ): Promise<Debugger.EvaluateOnCallFrameReturnType | null>;
}

const INNER = new Set(["local", "block", "catch", "with", "eval"]);
const PARAMETERS = new Set<string>(Object.values(NAMES));
const FIRST_NAME = /^\s*([A-Za-z_$][\w$]*)/;

/**
 * Reads where main has stopped; own frames of the kernel and of Node are left out.
 *
 * @example createStopped(session, cells, values, params.callFrames, urlOf).frames[0]?.line
 */
export function createStopped(
  session: Session,
  cells: CellScripts,
  values: RemoteValues,
  callFrames: readonly Debugger.CallFrame[],
  urlOf: (script: string) => string,
): Stopped {
  const shown: { frame: StackFrame; call: Debugger.CallFrame; top: boolean }[] = [];
  let between = false;

  function cellBelow(at: number): boolean {
    const script = callFrames[at + 1]?.location.scriptId;
    return script !== undefined && cells.named(urlOf(script)) !== undefined;
  }

  callFrames.forEach((call, at) => {
    const { functionName } = call;
    const url = urlOf(call.location.scriptId);
    const { lineNumber: line, columnNumber: column = 0 } = call.location;
    const cell = cells.named(url);
    const path = cell ? cell.path : userFileOf(url);
    if (path === null) return;
    const written = cell
      ? cell.lines.written({ line, column })
      : { line: line + 1, column: column + 1 };
    if (shown.length === 0 && !written) between = true;
    // The function that a cell is has no name, and nothing of the notebook has called it.
    const top = cell !== undefined && functionName === "" && !cellBelow(at);
    shown.push({
      call,
      top,
      frame: {
        id: shown.length + 1,
        name: top ? url.replace(/\.ts$/, "") : functionName || "(anonymous)",
        source: { name: cell ? url : path, path },
        line: written?.line ?? 1,
        column: written?.column ?? 1,
      },
    });
  });

  const objectsOf = ({ scopeChain }: Debugger.CallFrame, inner: boolean): string[] =>
    scopeChain
      .filter(({ type }) => (inner ? INNER.has(type) : type === "closure"))
      .flatMap(({ object }) => object.objectId ?? []);

  async function cellsObject(): Promise<Runtime.RemoteObject> {
    const { result } = await session.post("Runtime.evaluate", { expression: CELLS });
    return result;
  }

  async function own(call: Debugger.CallFrame): Promise<Set<string>> {
    const lists = await Promise.all(objectsOf(call, true).map((object) => values.names(object)));
    return new Set(lists.flat());
  }

  return {
    frames: shown.map(({ frame }) => frame),
    place: shown[0] ? `${shown.length} ${shown[0].frame.source.path} ${shown[0].frame.line}` : "",
    between,
    async scopes(id) {
      const found = shown[id - 1];
      if (!found) return null;
      const { call, top } = found;
      const { objectId } = await cellsObject();
      const names = new Set(objectId ? await values.names(objectId) : []);
      // What a cell declares at its top is copied to what all cells share: only that one is current.
      const hidden = (name: string): boolean => PARAMETERS.has(name) || (top && names.has(name));
      const scope = (name: string, objects: string[]): Scope[] =>
        objects.length === 0
          ? []
          : [{ name, variablesReference: values.reference(objects, hidden), expensive: false }];
      const shared = objectId ? values.reference([objectId]) : 0;
      return [
        ...scope("Locals", objectsOf(call, true)),
        { name: "Cells", variablesReference: shared, expensive: false },
        ...(top ? [] : scope("Closure", objectsOf(call, false))),
      ];
    },
    async evaluate(id, expression) {
      const found = shown[id - 1];
      if (!found) return null;
      const { call, top } = found;
      const name = FIRST_NAME.exec(expression)?.[1];
      const { objectId } = await cellsObject();
      const isCells =
        name !== undefined &&
        objectId !== undefined &&
        (top || !(await own(call)).has(name)) &&
        (await values.names(objectId)).includes(name);
      return session.post("Debugger.evaluateOnCallFrame", {
        callFrameId: call.callFrameId,
        expression: isCells ? `${CELLS}.${expression.trim()}` : expression,
        generatePreview: true,
      });
    },
  };
}

/**
 * Why it stopped, in the words of the Debug Adapter Protocol.
 *
 * @param stepping whether a step was asked for
 * @example reasonOf(params, false) // { reason: "breakpoint" }
 */
export function reasonOf(
  { reason, hitBreakpoints = [], data }: Debugger.PausedEventDataType,
  stepping: boolean,
): object {
  if (reason === "exception" || reason === "promiseRejection") {
    const text = (data as { description?: string } | undefined)?.description;
    return { reason: "exception", description: "Stopped on an exception", text: text ?? "" };
  }
  if (hitBreakpoints.length > 0) return { reason: "breakpoint" };
  return { reason: stepping ? "step" : "pause" };
}
