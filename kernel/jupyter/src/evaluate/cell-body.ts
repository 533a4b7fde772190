import vm from "node:vm";
import { NAMES, PARAMETERS } from "./translate/names-in-cells.js";

/** Where a cell leaves its result; a value that is a promise is not waited for on its way. */
export interface CellValue {
  value?: unknown;
}

/** A translated cell, ready to be started. */
export type CellBody = () => Promise<void>;

// breakOnSigint guards only what vm itself starts: so it starts this, and this the cell.
const START = Symbol.for("forkpoint.start-cell");
const starter = new vm.Script(`globalThis[Symbol.for(${JSON.stringify(START.description)})]()`, {
  filename: import.meta.filename, // an own frame, to be hidden in stacks
});

/**
 * Makes a function of a translated cell.
 *
 * @param given the values of the parameters
 * @throws {SyntaxError} in V8's words, for what the parser lets pass
 * @example await startBody(prepareBody("__out.value = 1", "cell-1.ts", given))
 */
export function prepareBody(
  javascript: string,
  name: string,
  given: Record<keyof typeof NAMES, unknown>,
): CellBody {
  // Two functions, so that a cell may declare a name that is a parameter.
  const text = `((${PARAMETERS.join(", ")}) => async () => { "use strict";\n${javascript}\n})`;
  const script = new vm.Script(text, {
    filename: name,
    lineOffset: -1,
    importModuleDynamically: vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  });
  const values = (Object.keys(NAMES) as (keyof typeof NAMES)[]).map((key) => given[key]);
  return (script.runInThisContext() as (...all: unknown[]) => CellBody)(...values);
}

/**
 * Starts a cell so that SIGINT stops what it does before its first await. Node starts a thread for
 * that, and waits for its end: a millisecond that a cell which calls nothing is spared.
 *
 * @example await startBody(body)
 */
export function startBody(body: CellBody): ReturnType<CellBody> {
  const holder = globalThis as { [START]?: CellBody };
  Object.defineProperty(holder, START, { value: body, configurable: true });
  return starter.runInThisContext({ breakOnSigint: true }) as ReturnType<CellBody>;
}

/**
 * Whether an error is vm's, for a cell that SIGINT stopped.
 *
 * @example isSignal(error) ? new Interrupted() : error
 */
export function isSignal(error: unknown): boolean {
  return (error as { code?: unknown } | null)?.code === "ERR_SCRIPT_EXECUTION_INTERRUPTED";
}
