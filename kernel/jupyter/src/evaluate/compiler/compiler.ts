import ts from "typescript";
import type { Finding } from "../../errors.js";
import type { CompleteReply, CompleteRequest } from "../../wire/complete.js";
import type { InspectReply, InspectRequest } from "../../wire/inspect.js";
import type { IsCompleteReply, IsCompleteRequest } from "../../wire/is-complete.js";
import { completeAt } from "./completion.js";
import { completenessOf } from "./completeness.js";
import { toFindings } from "./findings.js";
import { outlineCell, type CellOutline } from "./names.js";
import { appendix, type KnownName } from "./prelude.js";
import { createProject } from "./project.js";
import { inspectAt } from "./quick-info.js";
import { rewriteCell } from "./rewrite.js";

/** A cell that is ready to run. */
export interface CompiledCell {
  /** Names the cell when its names are kept. */
  cell: number;
  /** Statements for the body of an async function. */
  javascript: string;
  /** Source map, as JSON text, from the statements to the cell. */
  sourceMap: string;
  /** Names that exist at run time. */
  names: string[];
}

/** What became of a cell's text. */
export type Compilation = CompiledCell | { findings: Finding[] };

/** Compiles the cells of one notebook, in the order they are run. */
export interface Compiler {
  /** Checks a cell and translates it. Its names are not seen by later cells until {@link keep}. */
  compile(code: string): Compilation;
  /** Loads a module's types ahead of their first use. */
  warm(module: string): void;
  /** Makes names of a compiled cell known to later ones; types always, values those named. */
  keep(cell: number, names: readonly string[]): void;
  complete(request: CompleteRequest): CompleteReply;
  inspect(request: InspectRequest): InspectReply;
  isComplete(request: IsCompleteRequest): IsCompleteReply;
}

/** What a compiler needs to know of the notebook. */
export interface CompilerOptions {
  /** The notebook's folder. */
  cwd: string;
  /** The kernel's own packages: name to folder. */
  packages: Readonly<Record<string, string>>;
}

/**
 * Makes the compiler of a notebook.
 *
 * @example
 * const compiler = createCompiler({ cwd: process.cwd(), packages: {} });
 * const compiled = compiler.compile("const a = 1; a + 1");
 */
export function createCompiler(options: CompilerOptions): Compiler {
  const project = createProject(options.cwd, options.packages);
  const known = new Map<string, KnownName>();
  const compiled = new Map<number, { text: string; outline: CellOutline }>();
  let augmenting: number[] = [];
  let lastCell = 0;

  function outlineOf(code: string): CellOutline {
    return outlineCell(ts.createSourceFile("cell.ts", code, ts.ScriptTarget.ESNext, true));
  }

  function emit(codeEnd: number): { javascript: string; sourceMap: string } {
    const program = project.service.getProgram()!;
    const source = program.getSourceFile(project.file)!;
    let javascript = "";
    let sourceMap = "";
    program.emit(
      source,
      (name, text) => {
        if (name.endsWith(".map")) sourceMap = text;
        else javascript = text;
      },
      undefined,
      false,
      { before: [rewriteCell(program.getTypeChecker(), codeEnd)] },
    );
    // What makes the text a module in TypeScript's eyes cannot stand in a function.
    return {
      javascript: javascript
        .replace(/^export \{\};?$/m, "")
        .replace(/^\/\/# sourceMappingURL.*$/m, ""),
      sourceMap,
    };
  }

  // For questions about code every name may be wanted, not only those it mentions.
  function showAll(code: string): void {
    project.show(code + appendix(outlineOf(code), known, () => true, augmenting));
  }

  return {
    compile(code) {
      const outline = outlineOf(code);
      const text =
        code + appendix(outline, known, (name) => outline.mentioned.has(name), augmenting);
      project.show(text);
      const { service, file } = project;
      const syntax = toFindings(service.getSyntacticDiagnostics(file), code, true);
      if (syntax.length > 0) return { findings: syntax };
      const semantic = toFindings(service.getSemanticDiagnostics(file), code, false);
      if (semantic.length > 0) return { findings: semantic };
      const { javascript, sourceMap } = emit(code.length);
      lastCell += 1;
      compiled.set(lastCell, { text, outline });
      const names = outline.names.filter(({ typeOnly }) => !typeOnly).map(({ name }) => name);
      return { cell: lastCell, javascript, sourceMap, names };
    },
    warm(module) {
      project.hold([module]);
      this.compile(`import * as warm from ${JSON.stringify(module)}`);
    },
    keep(cell, names) {
      const kept = compiled.get(cell);
      if (!kept) return;
      compiled.delete(cell);
      project.keep(cell, kept.text);
      project.hold(kept.outline.modules);
      for (const { name, assignable, typeOnly } of kept.outline.names) {
        if (typeOnly || names.includes(name)) known.set(name, { cell, assignable });
      }
      if (kept.outline.augments) augmenting = [...augmenting, cell];
    },
    complete(request) {
      showAll(request.code);
      return completeAt(project, request);
    },
    inspect(request) {
      showAll(request.code);
      return inspectAt(project, request);
    },
    isComplete: ({ code }) => completenessOf(code),
  };
}
