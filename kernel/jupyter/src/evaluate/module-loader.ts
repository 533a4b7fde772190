import { createRequire, isBuiltin, registerHooks } from "node:module";
import { dirname, extname, join } from "node:path";
import { pathToFileURL } from "node:url";
import vm from "node:vm";
import { createLocalFiles, localFile } from "./local-files.js";

/** A package that cells always get from the kernel, whatever their folder has installed. */
export interface KernelPackage {
  /** Its folder, with a package.json that names its types. */
  directory: string;
  /** Gives the module that the kernel itself uses. */
  load(): Promise<unknown>;
}

/** A module's exports by name. */
export type Namespace = Record<string, unknown>;

/** What `import` and its relatives become in a cell. */
export interface ModuleLoader {
  load(specifier: unknown, options?: ImportCallOptions): Promise<Namespace>;
  require: NodeJS.Require;
  meta: { url: string; dirname: string; filename: string };
}

type ImportCallOptions = { with?: Record<string, string> };

/**
 * Makes the loader of a notebook.
 *
 * @param cwd the notebook's folder: where its imports are looked for
 * @param packages module name to the kernel's own package
 * @example await createModuleLoader(cwd, {}).load("node:fs")
 */
export function createModuleLoader(
  cwd: string,
  packages: Readonly<Record<string, KernelPackage>>,
): ModuleLoader {
  const filename = join(cwd, "__notebook__.js");
  hideWarning("vm.USE_MAIN_CONTEXT_DEFAULT_LOADER");
  // Node's own import, as if a file in the notebook's folder said it.
  const script = new vm.Script("(specifier, options) => import(specifier, options)", {
    filename,
    importModuleDynamically: vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  });
  const importFromNotebook = script.runInThisContext() as (
    specifier: string,
    options?: ImportCallOptions,
  ) => Promise<Namespace>;
  const files = createLocalFiles();
  pointToKernelPackages(packages);

  return {
    async load(specifier, options) {
      const name = String(specifier);
      if (Object.hasOwn(packages, name)) return (await packages[name]!.load()) as Namespace;
      if (!isPath(name)) return interop(await importFromNotebook(name, options));
      const file = localFile(name, cwd);
      const json = extname(file) === ".json" ? { with: { type: "json" } } : undefined;
      return interop(await importFromNotebook(files.urlOf(file), options ?? json));
    },
    require: createRequire(filename),
    meta: { url: pathToFileURL(filename).href, dirname: cwd, filename },
  };
}

// Node warns once that this may change. It is pinned with Node, and nobody at a notebook can act on it.
function hideWarning(feature: string): void {
  const emit = process.emitWarning.bind(process) as (...all: unknown[]) => void;
  process.emitWarning = (...all: unknown[]) => {
    if (!String(all[0]).startsWith(feature)) emit(...all);
  };
}

function isPath(specifier: string): boolean {
  return /^(\.\.?(\/|$)|\/|file:)/.test(specifier);
}

// Also what the notebook's own libraries import must be the kernel's copy, or two would be alive.
function pointToKernelPackages(packages: Readonly<Record<string, KernelPackage>>): void {
  const folders = Object.entries(packages).map(([name, { directory }]) => ({
    name,
    inside: `${name}/`,
    parent: pathToFileURL(join(directory, "package.json")).href,
    own: `${pathToFileURL(dirname(join(directory, "package.json"))).href}/`,
  }));
  if (folders.length === 0) return;
  registerHooks({
    resolve(specifier, context, next) {
      const match = folders.find(
        ({ name, inside }) => specifier === name || specifier.startsWith(inside),
      );
      if (!match || isBuiltin(specifier) || context.parentURL?.startsWith(match.own)) {
        return next(specifier, context);
      }
      // `require` looks from the file that says it, whatever parent it is given.
      if (context.conditions?.includes("require")) {
        return next(createRequire(match.parent).resolve(specifier), context);
      }
      return next(specifier, { ...context, parentURL: match.parent });
    },
  });
}

const COMMONJS = "module.exports";
const repaired = new WeakMap<object, Namespace>();

// Node guesses the named exports of CommonJS from its text; what it missed is added here, and a
// default export means what TypeScript and every bundler take it for.
function interop(module: Namespace): Namespace {
  const exported = module[COMMONJS];
  if (typeof exported !== "object" || exported === null) return module;
  const known = repaired.get(module);
  if (known) return known;
  const values = exported as Namespace;
  const missing = Object.keys(values).filter((key) => !(key in module));
  const ownDefault = values["__esModule"] === true && "default" in values;
  if (missing.length === 0 && !ownDefault) return module;
  const result = Object.create(null) as Namespace;
  const add = (key: string, from: Namespace): void => {
    Object.defineProperty(result, key, {
      get: () => from[key],
      enumerable: true,
      configurable: true,
    });
  };
  for (const key of Object.keys(module)) add(key, module);
  for (const key of missing) add(key, values);
  if (ownDefault) add("default", values);
  repaired.set(module, result);
  return result;
}
