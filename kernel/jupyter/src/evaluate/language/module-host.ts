import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import ts from "typescript";

/** A folder that exists only here; packages of the kernel lie in its node_modules. */
const OVERLAY = "/__kernel__";

/** Finds the files behind the module names of cells and of what they import. */
export interface ModuleHost {
  resolveModule(
    specifier: string,
    containingFile: string,
    mode: ts.ResolutionMode,
    options: ts.CompilerOptions,
  ): ts.ResolvedModuleWithFailedLookupLocations;
  resolveTypes(
    name: string,
    containingFile: string,
    mode: ts.ResolutionMode,
    options: ts.CompilerOptions,
  ): ts.ResolvedTypeReferenceDirectiveWithFailedLookupLocations;
  /** Whether a file stays as it is while the kernel lives: its own packages' and installed ones. */
  isInstalled(file: string): boolean;
}

/**
 * The folder whose children are the type packages that every cell sees (`@types/node`).
 *
 * @example kernelTypeRoot() // ".../node_modules/@types"
 */
export function kernelTypeRoot(): string {
  const require = createRequire(import.meta.url);
  return dirname(dirname(require.resolve("@types/node/package.json")));
}

/**
 * The package of a bare module name.
 *
 * @example packageOf("@tensorflow/tfjs/dist/x.js") // "@tensorflow/tfjs"
 */
export function packageOf(specifier: string): string {
  const parts = specifier.split("/");
  return parts.slice(0, specifier.startsWith("@") ? 2 : 1).join("/");
}

/**
 * Makes the resolver: earlier cells first, then the kernel's own packages from wherever they are
 * imported, then what the importing file's folder has.
 *
 * @param ownFile maps the name of a module of ours to its file
 * @param packages package name to folder
 */
export function createModuleHost(
  ownFile: (module: string) => string | undefined,
  packages: Readonly<Record<string, string>>,
): ModuleHost {
  // The standard rules find a package's types (exports, typesVersions, …) if they see it in a
  // node_modules: show them one.
  const overlay: ts.ModuleResolutionHost = {
    fileExists: (path) => ts.sys.fileExists(real(path)),
    readFile: (path) => ts.sys.readFile(real(path)),
    directoryExists: (path) =>
      OVERLAY === path ||
      join(OVERLAY, "node_modules") === path ||
      ts.sys.directoryExists(real(path)),
    realpath: (path) => ts.sys.realpath?.(real(path)) ?? real(path),
    getCurrentDirectory: () => OVERLAY,
    useCaseSensitiveFileNames: ts.sys.useCaseSensitiveFileNames,
  };

  function real(path: string): string {
    const prefix = `${OVERLAY}/node_modules/`;
    if (!path.startsWith(prefix)) return path;
    const name = packageOf(path.slice(prefix.length));
    const folder = packages[name];
    return folder === undefined ? path : folder + path.slice(prefix.length + name.length);
  }

  // A workspace's packages are links: their files do not lie in a node_modules.
  const linked = new Set<string>();

  // TypeScript looks again at every cell for what an installed package failed to find.
  const failed = new Map<string, object>();

  function isInstalled(file: string): boolean {
    return file.includes("/node_modules/") || linked.has(file);
  }

  function remembering<T extends object>(
    containingFile: string,
    what: string,
    found: (result: T) => unknown,
    look: () => T,
  ): T {
    if (!isInstalled(containingFile)) return look();
    const key = `${dirname(containingFile)}\0${what}`;
    const before = failed.get(key) as T | undefined;
    const result = before ?? look();
    if (!before && !found(result)) failed.set(key, result);
    return result;
  }

  return {
    isInstalled,
    resolveModule(specifier, containingFile, mode, options) {
      const resolvedFileName = specifier.includes(":") ? ownFile(specifier) : undefined;
      if (resolvedFileName !== undefined) {
        return {
          resolvedModule: { resolvedFileName, extension: ".ts", isExternalLibraryImport: false },
        };
      }
      const own = Object.hasOwn(packages, packageOf(specifier));
      const result = remembering(
        containingFile,
        `module ${mode} ${specifier}`,
        ({ resolvedModule }: ts.ResolvedModuleWithFailedLookupLocations) => resolvedModule,
        () =>
          ts.resolveModuleName(
            specifier,
            own ? `${OVERLAY}/cell.ts` : containingFile,
            options,
            own ? overlay : ts.sys,
            undefined,
            undefined,
            mode,
          ),
      );
      const found = result.resolvedModule;
      if (found && (found.isExternalLibraryImport || isInstalled(containingFile))) {
        if (!isInstalled(found.resolvedFileName)) linked.add(found.resolvedFileName);
      }
      return result;
    },
    resolveTypes(name, containingFile, mode, options) {
      // One @types/node for all: a second one would declare every global again.
      const from = name === "node" ? join(kernelTypeRoot(), "..", "types.ts") : containingFile;
      return remembering(
        containingFile,
        `types ${mode} ${name}`,
        (result: ts.ResolvedTypeReferenceDirectiveWithFailedLookupLocations) =>
          result.resolvedTypeReferenceDirective,
        () =>
          ts.resolveTypeReferenceDirective(name, from, options, ts.sys, undefined, undefined, mode),
      );
    },
  };
}
