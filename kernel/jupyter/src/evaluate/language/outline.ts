import ts from "typescript";

/** A name that a cell declares at its top level. */
export interface CellName {
  name: string;
  /** Whether later cells may assign to it: declared by `let` or `var`. */
  assignable: boolean;
  /** Whether assigning to it fails at run time: declared by `const`, or imported. */
  constant: boolean;
  /** Whether it exists only for the type checker. */
  typeOnly: boolean;
}

/** What a look at a cell's syntax tells, without types. */
export interface CellOutline {
  names: CellName[];
  /** Every identifier in the text. */
  mentioned: Set<string>;
  /** Names that the cell's own export statements export. */
  exported: Set<string>;
  /** The modules it imports. */
  modules: Set<string>;
  /** Whether it changes what is declared elsewhere (`declare global`, `declare module "…"`). */
  augments: boolean;
}

/**
 * Lists what a cell declares and mentions.
 *
 * @example outlineCell(ts.createSourceFile("cell.ts", "let a = b", ts.ScriptTarget.ESNext)).names
 */
export function outlineCell(source: ts.SourceFile): CellOutline {
  const names = new Map<string, CellName>();
  const mentioned = new Set<string>();
  const exported = new Set<string>();
  const modules = new Set<string>();
  let augments = false;

  function declare(name: string, assignable: boolean, typeOnly: boolean, constant = false): void {
    const before = names.get(name);
    // A value and a type may share a name: what is known of the value counts.
    names.set(name, {
      name,
      assignable: assignable || (before?.assignable ?? false),
      constant: constant || (before?.constant ?? false),
      typeOnly: typeOnly && (before?.typeOnly ?? true),
    });
  }

  function bind(binding: ts.BindingName, assignable: boolean): void {
    if (ts.isIdentifier(binding)) declare(binding.text, assignable, false, !assignable);
    else {
      for (const element of binding.elements) {
        if (!ts.isOmittedExpression(element)) bind(element.name, assignable);
      }
    }
  }

  function list(node: ts.VariableDeclarationList): void {
    for (const declaration of node.declarations) {
      bind(declaration.name, (node.flags & ts.NodeFlags.Constant) === 0);
    }
  }

  function importClause(node: ts.ImportClause): void {
    if (node.name) declare(node.name.text, false, node.isTypeOnly, true);
    if (node.namedBindings && ts.isNamespaceImport(node.namedBindings)) {
      declare(node.namedBindings.name.text, false, node.isTypeOnly, true);
    } else {
      for (const element of node.namedBindings?.elements ?? []) {
        declare(element.name.text, false, node.isTypeOnly || element.isTypeOnly, true);
      }
    }
  }

  function statement(node: ts.Statement): void {
    if (ts.isVariableStatement(node)) list(node.declarationList);
    else if (ts.isFunctionDeclaration(node) || ts.isClassDeclaration(node)) {
      if (node.name) declare(node.name.text, false, false);
    } else if (ts.isEnumDeclaration(node)) declare(node.name.text, false, false);
    else if (ts.isModuleDeclaration(node)) {
      if (ts.isIdentifier(node.name) && node.name.text !== "global") {
        declare(node.name.text, false, false);
      } else augments = true;
    } else if (ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node)) {
      declare(node.name.text, false, true);
    } else if (ts.isImportDeclaration(node)) {
      if (node.importClause) importClause(node.importClause);
      if (ts.isStringLiteral(node.moduleSpecifier)) modules.add(node.moduleSpecifier.text);
    } else if (ts.isImportEqualsDeclaration(node)) {
      declare(node.name.text, false, node.isTypeOnly);
    } else if (ts.isExportDeclaration(node) && node.exportClause) {
      if (ts.isNamedExports(node.exportClause)) {
        for (const element of node.exportClause.elements) exported.add(element.name.text);
      }
    }
    if (hasModifier(node, ts.SyntaxKind.ExportKeyword)) {
      const before = new Set(names.keys());
      for (const name of namesOf(node)) if (before.has(name)) exported.add(name);
    }
  }

  function walk(node: ts.Node, insideFunction: boolean): void {
    if (ts.isIdentifier(node)) mentioned.add(node.text);
    // `var` in a block or a loop's head belongs to the cell too.
    const isVar =
      ts.isVariableDeclarationList(node) && (node.flags & ts.NodeFlags.BlockScoped) === 0;
    if (isVar && !insideFunction) list(node);
    const inside = insideFunction || isVarBoundary(node);
    ts.forEachChild(node, (child) => walk(child, inside));
  }

  for (const node of source.statements) {
    statement(node);
    walk(node, false);
  }
  return { names: [...names.values()], mentioned, exported, modules, augments };
}

/**
 * Whether a `var` inside this node stays inside it.
 *
 * @example isVarBoundary(functionDeclaration) // true
 */
export function isVarBoundary(node: ts.Node): boolean {
  return (
    ts.isFunctionLike(node) ||
    ts.isModuleDeclaration(node) ||
    ts.isClassStaticBlockDeclaration(node)
  );
}

/**
 * Whether a statement carries a modifier such as `export` or `declare`.
 *
 * @example hasModifier(statement, ts.SyntaxKind.DeclareKeyword)
 */
export function hasModifier(node: ts.Node, kind: ts.SyntaxKind): boolean {
  return ts.canHaveModifiers(node) && (ts.getModifiers(node) ?? []).some((m) => m.kind === kind);
}

function namesOf(node: ts.Statement): string[] {
  if (ts.isVariableStatement(node)) {
    return node.declarationList.declarations.flatMap((declaration) => namesIn(declaration.name));
  }
  const name = (node as { name?: ts.Node }).name;
  return name && ts.isIdentifier(name) ? [name.text] : [];
}

/**
 * The names that a pattern binds.
 *
 * @example namesIn(pattern) // ["a", "b"] for { a, x: [b] }
 */
export function namesIn(binding: ts.BindingName): string[] {
  if (ts.isIdentifier(binding)) return [binding.text];
  return binding.elements.flatMap((element) =>
    ts.isOmittedExpression(element) ? [] : namesIn(element.name),
  );
}
