import ts from "typescript";
import type { Finding } from "../../errors.js";
import { utf16Offset } from "../../wire/code-points.js";
import type { CompleteReply, CompleteRequest } from "../../wire/complete.js";
import type { InspectReply, InspectRequest } from "../../wire/inspect.js";
import { toFindings } from "./findings.js";
import { outlineCell, type CellOutline } from "./outline.js";
import { completeAt } from "./completion.js";
import { typesAmong } from "./exports.js";
import { createProject } from "./project.js";
import { inspectAt } from "./quick-info.js";
import { createScope, type ScopedCell } from "./scope.js";

/** What knows the types of a notebook's cells, in the order they are run. */
export interface Language {
  /**
   * Tells what TypeScript finds wrong in a cell. Its names are not seen by later cells until
   * {@link keep}.
   *
   * @param cell a number that no other cell has
   */
  check(cell: number, code: string): Finding[];
  /** Makes names of a checked cell known to later ones; types always, values those named. */
  keep(cell: number, names: readonly string[]): void;
  /** Which of a module's exports are only types, so that nothing is there at run time. */
  typesAmong(module: string, names: readonly string[]): string[];
  complete(request: CompleteRequest): CompleteReply;
  inspect(request: InspectRequest): InspectReply;
}

/** What must be known of the notebook. */
export interface LanguageOptions {
  /** The notebook's folder. */
  cwd: string;
  /** The kernel's own packages: name to folder. */
  packages: Readonly<Record<string, string>>;
  /** Texts that declare the globals of cells, beyond Node's. */
  globals: readonly string[];
}

function isMember({ code, cursor_pos }: CompleteRequest): boolean {
  return /\.\s*[\p{ID_Continue}$]*$/u.test(code.slice(0, utf16Offset(code, cursor_pos)));
}

/**
 * Starts TypeScript for a notebook.
 *
 * @example
 * const language = createLanguage({ cwd: process.cwd(), packages: {}, globals: [] });
 * language.check(1, "const a: number = 'text'"); // one finding, TypeScript's 2322
 */
export function createLanguage(options: LanguageOptions): Language {
  const project = createProject(options);
  const scope = createScope(project.put);
  const checked = new Map<number, ScopedCell>();

  function outlineOf(code: string): CellOutline {
    return outlineCell(ts.createSourceFile("cell.ts", code, ts.ScriptTarget.ESNext, true));
  }

  function shown(code: string, everyName: boolean): ScopedCell {
    const outline = outlineOf(code);
    const wanted = (name: string): boolean => everyName || outline.mentioned.has(name);
    const scoped = scope.complete(code, outline, wanted);
    project.show(scoped.text);
    return scoped;
  }

  return {
    check(cell, code) {
      checked.set(cell, shown(code, false));
      const { service, file } = project;
      const syntax = toFindings(service.getSyntacticDiagnostics(file), code, true);
      if (syntax.length > 0) return syntax;
      return toFindings(service.getSemanticDiagnostics(file), code, false);
    },
    keep(cell, names) {
      const kept = checked.get(cell);
      if (!kept) return;
      checked.delete(cell);
      scope.keep(kept, names);
      project.hold(kept.outline.modules);
    },
    typesAmong: (module, names) => typesAmong(project, module, names),
    complete(request) {
      // A name that begins here may be any; behind a dot it is what the names before it say.
      shown(request.code, !isMember(request));
      return completeAt(project, request);
    },
    inspect(request) {
      shown(request.code, false);
      return inspectAt(project, request);
    },
  };
}
