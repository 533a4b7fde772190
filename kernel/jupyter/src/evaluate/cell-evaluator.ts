import vm from "node:vm";
import { contextNow } from "../context.js";
import { CellInvalid, Interrupted } from "../errors.js";
import type { CellSources } from "./cell-sources.js";
import { NAMES, PARAMETERS } from "./compiler/names-in-cells.js";
import type { AsyncCompiler } from "./compiler/language-thread.js";
import type { CompiledCell } from "./compiler/compiler.js";
import type { Evaluator, Outcome } from "./evaluator.js";
import type { Interruption } from "./interruption.js";
import type { ModuleLoader } from "./module-loader.js";

/** What cells are run with. */
export interface EvaluatorParts {
  compiler: AsyncCompiler;
  modules: ModuleLoader;
  interruption: Interruption;
  sources: CellSources;
}

/** In an array, so that a value that is a promise is not waited for on its way. */
type Result = [value?: unknown];

type CellBody = () => Promise<Result | undefined>;

// breakOnSigint guards only what vm itself starts: so it starts this, and this the cell.
const START = Symbol.for("forkpoint.start-cell");
const starter = new vm.Script(`globalThis[Symbol.for(${JSON.stringify(START.description)})]()`, {
  filename: import.meta.filename, // an own frame, to be hidden in stacks
});

/**
 * Makes the evaluator of TypeScript cells. Their top-level names live on one plain object.
 *
 * @example const evaluator = createCellEvaluator({ compiler, modules, interruption, sources });
 */
export function createCellEvaluator(parts: EvaluatorParts): Evaluator {
  const { compiler, modules, interruption, sources } = parts;
  const scope: Record<string, unknown> = {};
  const given: Record<keyof typeof NAMES, unknown> = {
    scope,
    load: modules.load,
    pick: modules.pick,
    flag: interruption.flag,
    interrupted: interruption.interrupted,
    resume: interruption.resume,
    meta: modules.meta,
    require: modules.require,
  };
  const values = (Object.keys(NAMES) as (keyof typeof NAMES)[]).map((key) => given[key]);
  let stop: ((reason: Interrupted) => void) | null = null;

  function prepare(cell: CompiledCell, name: string): CellBody {
    // Two functions, so that a cell may declare a name that is a parameter.
    const text = `((${PARAMETERS.join(", ")}) => async () => { "use strict";\n${cell.javascript}\n})`;
    const script = new vm.Script(text, {
      filename: name,
      lineOffset: -1,
      importModuleDynamically: vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
    });
    return (script.runInThisContext() as (...all: unknown[]) => CellBody)(...values);
  }

  async function evaluate(code: string, name: string, stopped: Promise<never>): Promise<Result> {
    const compilation = await Promise.race([compiler.compile(code), stopped]);
    if ("findings" in compilation) {
      sources.add(name, code, null);
      throw new CellInvalid(name, compilation.findings);
    }
    sources.add(name, code, compilation.sourceMap);
    const { cell, names } = compilation;
    const before = { ...scope };
    try {
      const body = prepare(compilation, name);
      const result = await Promise.race([start(body), stopped]);
      compiler.keep(cell, names);
      return result ?? [];
    } catch (error) {
      // What was assigned before the failure counts; the rest keeps its earlier meaning.
      compiler.keep(
        cell,
        names.filter((key) => {
          const assigned = !Object.hasOwn(before, key) || before[key] !== scope[key];
          return Object.hasOwn(scope, key) && assigned;
        }),
      );
      throw error;
    }
  }

  return {
    async run(code, name): Promise<Outcome> {
      const stopped = Promise.withResolvers<never>();
      stopped.promise.catch(() => {}); // it may come when nobody races with it any more
      const context = contextNow();
      stop = (reason) => {
        if (context) context.interrupted = true;
        stopped.reject(reason);
      };
      try {
        const [value] = await evaluate(code, name, stopped.promise);
        return { status: "ok", value };
      } catch (error) {
        return { status: "error", error: isSignal(error) ? new Interrupted() : error };
      } finally {
        stop = null;
        // An interrupt that is still pending was meant for this cell, not for the next one.
        interruption.settle();
      }
    },
    interrupt: () => stop?.(new Interrupted()),
  };
}

function start(body: CellBody): ReturnType<CellBody> {
  const holder = globalThis as { [START]?: CellBody };
  Object.defineProperty(holder, START, { value: body, configurable: true });
  return starter.runInThisContext({ breakOnSigint: true }) as ReturnType<CellBody>;
}

function isSignal(error: unknown): boolean {
  return (error as { code?: unknown } | null)?.code === "ERR_SCRIPT_EXECUTION_INTERRUPTED";
}
