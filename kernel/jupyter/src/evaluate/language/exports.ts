import ts from "typescript";
import type { Project } from "./project.js";

/**
 * Which of a module's exports are only types. Of a module that TypeScript cannot find, none.
 *
 * @example typesAmong(project, "node:path", ["ParsedPath", "join"]) // ["ParsedPath"]
 */
export function typesAmong(project: Project, module: string, names: readonly string[]): string[] {
  project.show(`import * as all from ${JSON.stringify(module)};`);
  const program = project.service.getProgram()!;
  const checker = program.getTypeChecker();
  const [statement] = program.getSourceFile(project.file)!.statements;
  const symbol = checker.getSymbolAtLocation((statement as ts.ImportDeclaration).moduleSpecifier);
  if (!symbol) return [];
  const types = new Set<string>();
  for (const exported of checker.getExportsOfModule(symbol)) {
    const isAlias = (exported.flags & ts.SymbolFlags.Alias) !== 0;
    const target = isAlias ? checker.getAliasedSymbol(exported) : exported;
    // What an alias leads to may not be found: then it may be a value.
    if (checker.isUnknownSymbol(target) || (target.flags & ts.SymbolFlags.Value) !== 0) continue;
    types.add(exported.name);
  }
  return names.filter((name) => types.has(name));
}
