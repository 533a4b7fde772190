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
  /** Gives a module of ours a text, under the name by which cells import it. */
  put(module: string, text: string): void;
  /** Keeps what these modules lead to loaded, also while the cell in hand does without. */
  hold(modules: Iterable<string>): void;
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

/** What TypeScript must be told of a notebook. */
export interface ProjectOptions {
  /** The notebook's folder: what its imports are looked up from. */
  cwd: string;
  /** The kernel's own packages, name to folder. */
  packages: Readonly<Record<string, string>>;
  /** Texts that declare the globals of cells, beyond Node's. */
  globals: readonly string[];
}

/**
 * Starts TypeScript's language service for a notebook.
 *
 * @example const project = createProject({ cwd: "/home/me", packages: {}, globals: [] });
 */
export function createProject({ cwd, packages, globals }: ProjectOptions): Project {
  const options = cellOptions();
  const file = join(cwd, "__cell__.ts");
  const own = new Map<string, { text: string; version: number }>();
  // A colon in a file's name would make the rest of it a stream on Windows.
  const fileOf = (module: string): string => join(cwd, `__${module.replace(":", "_")}__.ts`);
  const host = createModuleHost(
    (module) => (own.has(fileOf(module)) ? fileOf(module) : undefined),
    packages,
  );
  const snapshots = new Map<
    string,
    { version: string; snapshot: ts.IScriptSnapshot | undefined }
  >();
  const formats = ts.createModuleResolutionCache(cwd, (name) => name, options);
  // A file that TypeScript reaches from no root is forgotten, and read and bound anew later.
  const anchor = join(cwd, "__held__.ts");
  const held = new Set<string>();
  const given = globals.map((text, at) => {
    put(`globals:${at}`, text);
    return fileOf(`globals:${at}`);
  });
  show("");

  function put(module: string, text: string): void {
    write(fileOf(module), text);
  }

  function show(text: string): void {
    write(file, text);
  }

  function write(name: string, text: string): void {
    const before = own.get(name);
    if (before?.text !== text) own.set(name, { text, version: (before?.version ?? 0) + 1 });
  }

  const serviceHost: ts.LanguageServiceHost = {
    getCompilationSettings: () => options,
    // Always the same one: another root would make TypeScript resolve everything anew.
    getScriptFileNames: () => [file, anchor, ...given],
    getScriptVersion: versionOf,
    getScriptSnapshot: snapshotOf,
    getCurrentDirectory: () => cwd,
    getDefaultLibFileName: ts.getDefaultLibFilePath,
    fileExists: (name) => ownText(name) !== undefined || ts.sys.fileExists(name),
    readFile: (name) => ownText(name) ?? ts.sys.readFile(name),
    readDirectory: ts.sys.readDirectory,
    directoryExists: ts.sys.directoryExists,
    getDirectories: ts.sys.getDirectories,
    ...(ts.sys.realpath && { realpath: ts.sys.realpath }),
    useCaseSensitiveFileNames: () => ts.sys.useCaseSensitiveFileNames,
    // Not in the declarations. Without it every cell looks for the package.json of every file.
    ...{ getModuleResolutionCache: () => formats },
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

  function ownText(name: string): string | undefined {
    if (name !== anchor) return own.get(name)?.text;
    return [...held].map((module) => `import ${JSON.stringify(module)};\n`).join("") + "export {};";
  }

  // Installed packages stay as they are while a kernel lives; the user's own files are edited.
  function versionOf(name: string): string {
    const mine = name === anchor ? held.size : own.get(name)?.version;
    if (mine !== undefined) return String(mine);
    if (host.isInstalled(name)) return "0";
    return String(ts.sys.getModifiedTime?.(name)?.getTime() ?? 0);
  }

  // TypeScript asks for every file's text at every cell: read each once.
  function snapshotOf(name: string): ts.IScriptSnapshot | undefined {
    const now = versionOf(name);
    const before = snapshots.get(name);
    if (before?.version === now) return before.snapshot;
    const content = ownText(name) ?? ts.sys.readFile(name);
    const snapshot = content === undefined ? undefined : ts.ScriptSnapshot.fromString(content);
    // What is not there yet may come.
    if (snapshot) snapshots.set(name, { version: now, snapshot });
    return snapshot;
  }

  // Unless told, it takes every name for one that may be spelled in two ways.
  const registry = ts.createDocumentRegistry(ts.sys.useCaseSensitiveFileNames, cwd);
  return {
    service: ts.createLanguageService(serviceHost, registry),
    file,
    show,
    put,
    hold(modules) {
      for (const module of modules) held.add(module);
    },
  };
}
