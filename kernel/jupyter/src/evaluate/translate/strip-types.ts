import { createRequire } from "node:module";
import { transformSync } from "oxc-transform";

/** JavaScript, with the source map from it to the text it was made of. */
export interface Stripped {
  javascript: string;
  sourceMap: string;
}

/**
 * Makes JavaScript of TypeScript that parses. Types go, enums, namespaces and parameter properties
 * become code; what V8 knows by itself stays as it is. Decorators, which V8 does not know yet, and
 * namespaces whole only TypeScript itself turns into code: the first cell that has some loads it.
 *
 * @returns what is wrong instead, for a text that no engine would run
 * @example stripTypes("let a = 1 as number;", false) // { javascript: "let a = 1;\n", … }
 */
export function stripTypes(text: string, wantsTypeScript: boolean): Stripped | { error: string } {
  if (wantsTypeScript) return byTypeScript(text);
  const { code, map, errors } = transformSync("cell.ts", text, {
    sourcemap: true,
    typescript: { onlyRemoveTypeImports: true },
  });
  const [error] = errors;
  if (error) return { error: error.message };
  return { javascript: code, sourceMap: JSON.stringify(map) };
}

function byTypeScript(text: string): Stripped {
  const ts = createRequire(import.meta.url)("typescript") as typeof import("typescript");
  const { outputText, sourceMapText = "" } = ts.transpileModule(text, {
    compilerOptions: {
      target: ts.ScriptTarget.ES2024,
      module: ts.ModuleKind.Preserve,
      moduleDetection: ts.ModuleDetectionKind.Force,
      sourceMap: true,
      useDefineForClassFields: true,
    },
    fileName: "cell.ts",
  });
  // What makes the text a module in TypeScript's eyes cannot stand in a function.
  const javascript = outputText
    .replace(/^export \{\};?$/m, "")
    .replace(/^\/\/# sourceMappingURL.*$/m, "");
  return { javascript, sourceMap: sourceMapText };
}
