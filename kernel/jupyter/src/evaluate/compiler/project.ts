import { join } from "node:path";
import ts from "typescript";
import { createModuleHost, kernelTypeRoot } from "./module-host.js";

/** TypeScript's view of the notebook: one cell at a time, over those before it. */
export interface Project {
  readonly service: ts.LanguageService;
  /** Name of the file that holds the cell in hand. */
  readonly file: string;
  /** Puts a text in hand. */
  show(text: string): void;
  /** Keeps a text as a cell that later ones can import. */
  keep(cell: number, text: string): void;
}

/**
 * How cells are checked: strict, but for what would only hinder somebody who tries things out.
 *
 * @example cellOptions().strict // true
 */
export function cellOptions(): ts.CompilerOptions {
  return {
    target: ts.ScriptTarget.ES2024,
    lib: ["lib.esnext.d.ts"],
    module: ts.ModuleKind.Preserve,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    moduleDetection: ts.ModuleDetectionKind.Force,
    types: ["node"],
    typeRoots: [kernelTypeRoot()],
    strict: true,
    noImplicitAny: false,
    strictPropertyInitialization: false,
    useUnknownInCatchVariables: false,
    allowImportingTsExtensions: true,
    resolveJsonModule: true,
    esModuleInterop: true,
    skipLibCheck: true,
    preserveConstEnums: true,
    sourceMap: true,
    noEmitHelpers: false,
    noErrorTruncation: false,
  };
}

/**
 * Starts TypeScript's language service for a notebook.
 *
 * @param cwd the notebook's folder: what its imports are looked up from
 * @param packages the kernel's own packages, name to folder
 * @example const project = createProject("/home/me/notebooks", { toy: "/opt/toy" });
 */
export function createProject(cwd: string, packages: Readonly<Record<string, string>>): Project {
  const options = cellOptions();
  const file = join(cwd, "__cell__.ts");
  const cellFile = (cell: number): string => join(cwd, `__cell_${cell}__.ts`);
  const host = createModuleHost(cellFile, packages);
  const kept = new Map<string, string>();
  let text = "";
  let version = 0;

  const serviceHost: ts.LanguageServiceHost = {
    getCompilationSettings: () => options,
    // Always the same one: another root would make TypeScript resolve everything anew.
    getScriptFileNames: () => [file],
    getScriptVersion: (name) => (name === file ? String(version) : versionOf(name)),
    getScriptSnapshot(name) {
      const content = name === file ? text : (kept.get(name) ?? ts.sys.readFile(name));
      return content === undefined ? undefined : ts.ScriptSnapshot.fromString(content);
    },
    getCurrentDirectory: () => cwd,
    getDefaultLibFileName: ts.getDefaultLibFilePath,
    fileExists: (name) => name === file || kept.has(name) || ts.sys.fileExists(name),
    readFile: (name) => (name === file ? text : (kept.get(name) ?? ts.sys.readFile(name))),
    readDirectory: ts.sys.readDirectory,
    directoryExists: ts.sys.directoryExists,
    getDirectories: ts.sys.getDirectories,
    ...(ts.sys.realpath && { realpath: ts.sys.realpath }),
    useCaseSensitiveFileNames: () => ts.sys.useCaseSensitiveFileNames,
    resolveModuleNameLiterals: (literals, containingFile, _redirect, settings, source) =>
      literals.map((literal) =>
        host.resolveModule(
          literal.text,
          containingFile,
          ts.getModeForUsageLocation(source, literal, settings),
          settings,
        ),
      ),
    resolveTypeReferenceDirectiveReferences: (references, containingFile, _redirect, settings) =>
      references.map((reference) =>
        typeof reference === "string"
          ? host.resolveTypes(reference, containingFile, undefined, settings)
          : host.resolveTypes(
              reference.fileName,
              containingFile,
              reference.resolutionMode,
              settings,
            ),
      ),
  };

  // Installed packages stay as they are while a kernel lives; the user's own files are edited.
  function versionOf(name: string): string {
    if (kept.has(name) || name.includes("/node_modules/")) return "0";
    return String(ts.sys.getModifiedTime?.(name)?.getTime() ?? 0);
  }

  return {
    service: ts.createLanguageService(serviceHost, ts.createDocumentRegistry()),
    file,
    show(next) {
      if (next === text) return;
      text = next;
      version += 1;
    },
    keep: (cell, content) => void kept.set(cellFile(cell), content),
  };
}
