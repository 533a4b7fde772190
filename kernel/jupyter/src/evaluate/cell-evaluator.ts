import { contextNow } from "../context.js";
import { CellInvalid, Interrupted, type Finding } from "../errors.js";
import { isSignal, prepareBody, startBody, type CellValue } from "./cell-body.js";
import type { CellSources } from "./cell-sources.js";
import type { Evaluator, Outcome } from "./evaluator.js";
import { createImporter } from "./importer.js";
import type { Interruption } from "./interruption.js";
import type { AsyncLanguage } from "./language/language-thread.js";
import { magicsOf, runCommand } from "./magics.js";
import type { ModuleLoader } from "./module-loader.js";
import { NAMES } from "./translate/names-in-cells.js";
import type { DeclaredName } from "./translate/scopes.js";
import { translateCell } from "./translate/translate.js";

// Where the debugger, and what looks into a kernel from outside, find the cells' names.
const SCOPE = Symbol.for("forkpoint.cells");

/** What cells are run with. */
export interface EvaluatorParts {
  language: AsyncLanguage;
  modules: ModuleLoader;
  interruption: Interruption;
  sources: CellSources;
  /** The notebook's folder, where its magic lines' commands run. */
  cwd: string;
  /** Told of each cell before it runs, which waits for it; null while nobody debugs. */
  announce: ((name: string) => Promise<void>) | null;
  /** Whether a cell with type errors is refused, instead of run with the errors beside it. */
  refuseTypeErrors: boolean;
}

/**
 * Makes the evaluator of TypeScript cells. Their top-level names live on one plain object. A cell
 * runs at once; its types are checked meanwhile, in the language thread.
 *
 * @example const evaluator = createCellEvaluator(parts);
 */
export function createCellEvaluator(parts: EvaluatorParts): Evaluator {
  const { language, modules, interruption, sources } = parts;
  const scope: Record<string, unknown> = {};
  Object.defineProperty(globalThis, SCOPE, { value: scope, configurable: true });
  const earlier = new Map<string, { constant: boolean }>();
  const given: Record<Exclude<keyof typeof NAMES, "out">, unknown> = {
    scope,
    load: modules.load,
    bring: createImporter(modules, language, scope),
    constant: refuseAssignment,
    flag: interruption.flag,
    interrupted: interruption.interrupted,
    resume: interruption.resume,
    meta: modules.meta,
    require: modules.require,
  };
  let stop: ((reason: Interrupted) => void) | null = null;
  let lastCell = 0;

  function keep(cell: number, names: readonly DeclaredName[]): void {
    for (const { name, constant } of names) {
      if (Object.hasOwn(scope, name)) earlier.set(name, { constant });
    }
    language.keep(
      cell,
      names.map(({ name }) => name),
    );
  }

  async function evaluate(
    code: string,
    name: string,
    stopped: Promise<never>,
    checked: (findings: Promise<Finding[]>) => void,
  ): Promise<CellValue> {
    for (const command of magicsOf(code)) await runCommand(command, parts.cwd, stopped);
    const translation = translateCell(code, earlier);
    lastCell += 1;
    const cell = lastCell;
    const findings = language.check(cell, code);
    if ("findings" in translation) {
      sources.add(name, code, []);
      // TypeScript says the same in better known words.
      language.hurry();
      await refuse(name, Promise.race([findings, stopped]));
      throw new CellInvalid(name, translation.findings);
    }
    const { names, javascript, maps, mayLoopElsewhere } = translation;
    sources.add(name, code, maps);
    checked(findings);
    await parts.announce?.(name);
    if (parts.refuseTypeErrors) {
      language.hurry();
      await refuse(name, Promise.race([findings, stopped]));
    }
    const before = new Map(
      names.flatMap(({ name: key }) => (Object.hasOwn(scope, key) ? [[key, scope[key]]] : [])),
    );
    try {
      const out: CellValue = {};
      const body = await prepare(javascript, name, out, findings);
      await Promise.race([mayLoopElsewhere ? startBody(body) : body(), stopped]);
      keep(cell, names);
      return out;
    } catch (error) {
      // What was assigned before the failure counts; the rest keeps its earlier meaning.
      keep(
        cell,
        names.filter(({ name: key }) => {
          const assigned = !before.has(key) || before.get(key) !== scope[key];
          return Object.hasOwn(scope, key) && assigned;
        }),
      );
      language.hurry(); // the types often say why it failed
      throw error;
    }
  }

  async function prepare(
    javascript: string,
    name: string,
    out: CellValue,
    findings: Promise<Finding[]>,
  ): Promise<ReturnType<typeof prepareBody>> {
    try {
      return prepareBody(javascript, name, { ...given, out });
    } catch (error) {
      // What only V8's parser refuses, TypeScript's checker can say in the cell's own lines.
      language.hurry();
      await refuse(name, findings);
      throw error;
    }
  }

  return {
    async run(code, name): Promise<Outcome> {
      const stopped = Promise.withResolvers<never>();
      stopped.promise.catch(() => {}); // it may come when nobody races with it any more
      let findings = Promise.resolve<Finding[]>([]);
      const context = contextNow();
      stop = (reason) => {
        if (context) context.interrupted = true;
        stopped.reject(reason);
      };
      try {
        const { value } = await evaluate(
          code,
          name,
          stopped.promise,
          (found) => (findings = found),
        );
        return { status: "ok", value, findings };
      } catch (thrown) {
        const error = isSignal(thrown) ? new Interrupted() : thrown;
        return { status: "error", error, findings };
      } finally {
        stop = null;
        // An interrupt that is still pending was meant for this cell, not for the next one.
        interruption.settle();
      }
    },
    interrupt: () => stop?.(new Interrupted()),
  };
}

function refuseAssignment(name: string): never {
  throw new TypeError(`${name} is a constant: declare it anew, or with let, to change it.`);
}

async function refuse(name: string, found: Promise<Finding[]>): Promise<void> {
  const findings = await found;
  if (findings.length > 0) throw new CellInvalid(name, findings);
}
