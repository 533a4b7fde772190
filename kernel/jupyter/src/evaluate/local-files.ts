import { createHash } from "node:crypto";
import { existsSync, readFileSync, statSync } from "node:fs";
import { createRequire, registerHooks } from "node:module";
import { dirname, extname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseSync } from "oxc-parser";
import { tooDeepAt } from "./translate/depth.js";

const SOURCES = new Set([".ts", ".mts", ".cts", ".js", ".mjs", ".cjs"]);

/** The user's own files beside the notebook: loaded anew when they, or what they import, changed. */
export interface LocalFiles {
  /** The address to import a file by as it is now. */
  urlOf(file: string): string;
}

/**
 * Follows the user's files. Node loads an address once, so a file that was edited since, or that
 * imports one that was, gets another address.
 *
 * @example files.urlOf("/home/me/lib.ts") // "file:///home/me/lib.ts?changed=1f2e3d4c" after an edit
 */
export function createLocalFiles(): LocalFiles {
  const first = new Map<string, string>();
  const last = new Map<string, string>();
  const require = createRequire(import.meta.url);

  function urlOf(file: string): string {
    const url = pathToFileURL(file).href;
    const version = versionOf(file);
    if (!first.has(file)) first.set(file, version);
    // CommonJS is kept by its name, whatever its address.
    if (last.has(file) && last.get(file) !== version) delete require.cache[file];
    last.set(file, version);
    return first.get(file) === version ? url : `${url}?changed=${version}`;
  }

  registerHooks({
    resolve(specifier, context, next) {
      const { parentURL } = context;
      if (!parentURL?.startsWith("file:") || !/^\.\.?\//.test(specifier)) {
        return next(specifier, context);
      }
      const parent = fileURLToPath(parentURL);
      // Only what was reached from a cell; installed packages stay as they are.
      if (!first.has(parent) || parent.includes("/node_modules/")) return next(specifier, context);
      const file = localFile(specifier, dirname(parent));
      return next(existsSync(file) ? urlOf(file) : specifier, context);
    },
  });
  return { urlOf };
}

/**
 * The file that a path in an import means: TypeScript lets an extension be left out, or be that of
 * the output.
 *
 * @example localFile("./lib", "/home/me") // "/home/me/lib.ts"
 */
export function localFile(specifier: string, folder: string): string {
  const path = specifier.startsWith("file:")
    ? fileURLToPath(specifier)
    : resolve(folder, specifier);
  const bare = path.replace(/\.(m|c)?js$/, "");
  const candidates = [path, `${path}.ts`, `${path}.js`, `${path}.mjs`, `${bare}.ts`, `${bare}.mts`];
  const index = [join(path, "index.ts"), join(path, "index.js")];
  const found = [...candidates, ...index].find(
    (file) => existsSync(file) && statSync(file).isFile(),
  );
  return found ?? path;
}

/** Changes with the file and with every local file that it leads to. */
function versionOf(file: string): string {
  const hash = createHash("sha256");
  const seen = new Set<string>();
  const waiting = [file];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (seen.has(next) || !existsSync(next)) continue;
    seen.add(next);
    const { mtimeMs, size } = statSync(next);
    hash.update(`${next}\0${mtimeMs}\0${size}\0`);
    if (!SOURCES.has(extname(next))) continue;
    for (const path of pathsIn(next)) waiting.push(localFile(path, dirname(next)));
  }
  return hash.digest("hex").slice(0, 12);
}

/** The paths that a file imports or requires, as far as its text says them. */
function pathsIn(file: string): string[] {
  const text = readFileSync(file, "utf8");
  const required = [...text.matchAll(/\brequire\(\s*(["'])(\..*?)\1/g)].map(([, , path]) => path!);
  // What no parser reads imports nothing that could be followed.
  if (tooDeepAt(text) !== null) return required;
  const { module } = parseSync(file, text);
  const exported = module.staticExports.flatMap(({ entries }) => entries);
  return [
    ...module.staticImports.map(({ moduleRequest }) => moduleRequest.value),
    ...exported.flatMap(({ moduleRequest }) => (moduleRequest ? [moduleRequest.value] : [])),
    // Given as they are written, with their quotes.
    ...module.dynamicImports.map(({ moduleRequest: { start, end } }) =>
      text.slice(start + 1, end - 1),
    ),
    ...required,
  ].filter((path) => /^\.\.?\//.test(path));
}
