import type { AsyncLanguage } from "./language/language-thread.js";
import type { ModuleLoader, Namespace } from "./module-loader.js";
import { WHOLE } from "./translate/imports.js";

/** What a static import of a cell becomes: pairs of a name in the cell and the export it is. */
export type Importer = (
  specifier: string,
  pairs: readonly [local: string, exported: string][],
  options?: ImportCallOptions,
) => Promise<void>;

type ImportCallOptions = { with?: Record<string, string> };

/**
 * Makes what puts modules' exports on the scope of cells. A name that is only a type is left out:
 * a cell was translated without knowing.
 *
 * @example await createImporter(modules, language, scope)("node:path", [["join", "join"]]);
 */
export function createImporter(
  modules: ModuleLoader,
  language: Pick<AsyncLanguage, "typesAmong">,
  scope: Record<string, unknown>,
): Importer {
  async function loadUnlessTypes(
    specifier: string,
    names: readonly string[],
    options: ImportCallOptions | undefined,
  ): Promise<Namespace | null> {
    try {
      return await modules.load(specifier, options);
    } catch (error) {
      if (names.length === 0) throw error;
      // A package that has only types has nothing to load.
      const types = await language.typesAmong(specifier, names);
      if (types.length === names.length) return null;
      throw error;
    }
  }

  return async (specifier, pairs, options) => {
    const names = pairs.map(([, exported]) => exported);
    const module = await loadUnlessTypes(specifier, names, options);
    if (!module) return;
    const missing = names.filter((name) => name !== WHOLE && !(name in module));
    if (missing.length > 0) {
      const types = await language.typesAmong(specifier, missing);
      const absent = missing.find((name) => !types.includes(name));
      if (absent !== undefined) {
        throw new SyntaxError(
          `The module ${JSON.stringify(specifier)} has no export ${absent}: check the name, or import it as a type.`,
        );
      }
    }
    for (const [local, exported] of pairs) {
      if (exported === WHOLE) scope[local] = module;
      else if (exported in module) scope[local] = module[exported];
    }
  };
}
