import ts from "typescript";
import { hasModifier, isVarBoundary, namesIn } from "../syntax/outline.js";
import { assignedName, meansCellName, type CellNames } from "./bindings.js";
import { countedLoop, inStretches } from "./counted-loops.js";
import { rewriteImport } from "./imports.js";
import { NAMES } from "./names-in-cells.js";
import { assign, call, scoped, sequence } from "./nodes.js";

const f = ts.factory;

/**
 * Makes the transformer that turns a cell into the body of an async function:
 * names of cells live on one plain object, so that every cell and every closure sees the newest
 * value; imports become awaited calls; loops and awaits look whether the cell was interrupted; the
 * value of a last expression is returned, unless a semicolon behind it says that nobody wants it.
 *
 * @param names what the cell's identifiers may mean
 * @example ts.transpileModule(code, { transformers: { before: [rewriteCell(names)] } })
 */
export function rewriteCell(names: CellNames): ts.TransformerFactory<ts.SourceFile> {
  return (context) => {
    const hoisted: ts.Statement[] = [];
    let stretches = 0;

    function visit(node: ts.Node): ts.VisitResult<ts.Node | undefined> {
      if (ts.isTypeNode(node) && !ts.isExpressionWithTypeArguments(node)) return node;
      if (ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node)) return node;
      if (ts.isHeritageClause(node) && node.token === ts.SyntaxKind.ImplementsKeyword) return node;
      if (ts.isIdentifier(node)) return reference(node) ?? node;
      const assigned = assignedName(node);
      if (assigned && names.constants.has(assigned.text) && meansCellName(assigned, names)) {
        return ts.setTextRange(call(NAMES.constant, f.createStringLiteral(assigned.text)), node);
      }
      if (ts.isShorthandPropertyAssignment(node)) return shorthand(node);
      if (ts.isCallExpression(node)) return callExpression(node);
      if (ts.isTaggedTemplateExpression(node)) return taggedTemplate(node);
      if (ts.isMetaProperty(node) && node.keywordToken === ts.SyntaxKind.ImportKeyword) {
        return f.createIdentifier(NAMES.meta);
      }
      if (ts.isAwaitExpression(node)) return call(NAMES.resume, each(node));
      if (ts.isIterationStatement(node, false)) return loop(node);
      if (ts.isVariableStatement(node) && isVarOfCell(node.declarationList)) {
        return variableStatement(node);
      }
      return each(node);
    }

    function each<T extends ts.Node>(node: T): T {
      return ts.visitEachChild(node, visit, context);
    }

    function expression(node: ts.Expression): ts.Expression {
      return ts.visitNode(node, visit, ts.isExpression)!;
    }

    function reference(node: ts.Identifier): ts.Expression | null {
      if (!meansCellName(node, names)) return null;
      return ts.setTextRange(ts.setOriginalNode(scoped(node.text), node), node);
    }

    function shorthand(node: ts.ShorthandPropertyAssignment): ts.Node {
      const target = reference(node.name);
      const initial = node.objectAssignmentInitializer;
      if (!target) return each(node);
      const value = initial ? f.createAssignment(target, expression(initial)) : target;
      return ts.setTextRange(f.createPropertyAssignment(node.name.text, value), node);
    }

    // Called as a member the scope object would become `this`.
    function callee(node: ts.Expression): ts.Expression {
      const target = ts.isIdentifier(node) ? reference(node) : null;
      if (!target) return expression(node);
      return f.createParenthesizedExpression(f.createComma(f.createNumericLiteral(0), target));
    }

    function callExpression(node: ts.CallExpression): ts.Node {
      if (node.expression.kind === ts.SyntaxKind.ImportKeyword) {
        return ts.setTextRange(call(NAMES.load, ...node.arguments.map(expression)), node);
      }
      if (!ts.isIdentifier(node.expression)) return each(node);
      const target = callee(node.expression);
      const given = ts.visitNodes(node.arguments, visit, ts.isExpression);
      return node.questionDotToken
        ? f.updateCallChain(node as ts.CallChain, target, node.questionDotToken, undefined, given)
        : f.updateCallExpression(node, target, undefined, given);
    }

    function taggedTemplate(node: ts.TaggedTemplateExpression): ts.Node {
      if (!ts.isIdentifier(node.tag)) return each(node);
      const template = ts.visitNode(node.template, visit, ts.isTemplateLiteral)!;
      return f.updateTaggedTemplateExpression(node, callee(node.tag), undefined, template);
    }

    function loop(node: ts.IterationStatement): ts.Statement {
      const inner = each(node);
      const counted = ts.isForStatement(node) ? countedLoop(node) : null;
      if (counted) {
        stretches += 1;
        const label = `__stretch${stretches}`;
        return inStretches(inner as ts.ForStatement, counted, tick(), label);
      }
      const statements = ts.isBlock(inner.statement)
        ? inner.statement.statements
        : [inner.statement];
      const body = f.createBlock([tick(), ...statements], true);
      if (ts.isWhileStatement(inner)) return f.updateWhileStatement(inner, inner.expression, body);
      if (ts.isDoStatement(inner)) return f.updateDoStatement(inner, body, inner.expression);
      if (ts.isForStatement(inner)) {
        const head = forHead(node as ts.ForStatement, inner.initializer);
        return f.updateForStatement(inner, head, inner.condition, inner.incrementor, body);
      }
      const over = inner as ts.ForInOrOfStatement;
      const target = forTarget((node as ts.ForInOrOfStatement).initializer, over.initializer);
      return ts.isForOfStatement(over)
        ? f.updateForOfStatement(over, over.awaitModifier, target, over.expression, body)
        : f.updateForInStatement(over as ts.ForInStatement, target, over.expression, body);
    }

    // `for (var i = 0, …)` at cell level: the variables live on the scope from the start.
    function forHead(
      original: ts.ForStatement,
      head: ts.ForInitializer | undefined,
    ): ts.ForInitializer | undefined {
      const before = original.initializer;
      if (!head || !ts.isVariableDeclarationList(head) || !before) return head;
      if (!isVarOfCell(before as ts.VariableDeclarationList)) return head;
      const parts = head.declarations
        .filter((declaration) => declaration.initializer)
        .map((declaration) => assignPattern(declaration.name, declaration.initializer!));
      return parts.length > 0 ? sequence(parts) : undefined;
    }

    function forTarget(before: ts.ForInitializer, after: ts.ForInitializer): ts.ForInitializer {
      if (!ts.isVariableDeclarationList(before) || !isVarOfCell(before)) return after;
      return patternOf((after as ts.VariableDeclarationList).declarations[0]!.name);
    }

    function isVarOfCell(list: ts.VariableDeclarationList): boolean {
      const isVar = (list.flags & ts.NodeFlags.BlockScoped) === 0;
      return isVar && ts.findAncestor(list.parent, isVarBoundary) === undefined;
    }

    /** Each variable by itself, followed by its copy to the scope. */
    function variableStatement(node: ts.VariableStatement): ts.Statement[] {
      const { flags } = node.declarationList;
      const isVar = (flags & ts.NodeFlags.BlockScoped) === 0;
      return node.declarationList.declarations.flatMap((declaration) => {
        const names = namesIn(declaration.name);
        if (isVar)
          hoisted.push(...names.map((name) => statement(assign(name, f.createVoidZero()))));
        if (isVar && !declaration.initializer) return [];
        const list = f.createVariableDeclarationList([each(declaration)], flags);
        const alone = ts.setTextRange(f.createVariableStatement(undefined, list), declaration);
        return names.length === 0 ? [alone] : [alone, copy(names)];
      });
    }

    function topLevel(node: ts.Statement): ts.Statement[] {
      if (hasModifier(node, ts.SyntaxKind.DeclareKeyword)) return [];
      if (ts.isImportDeclaration(node) || ts.isImportEqualsDeclaration(node)) {
        hoisted.push(...rewriteImport(node));
        return [];
      }
      if (ts.isExportDeclaration(node)) return [];
      if (ts.isExportAssignment(node)) return [statement(expression(node.expression), node)];
      if (ts.isVariableStatement(node)) return variableStatement(node);
      if (ts.isFunctionDeclaration(node)) {
        if (!node.name) return []; // a default export without a name: nothing could call it
        if (node.body) hoisted.push(copy([node.name.text]));
        return [withoutExport(each(node))];
      }
      if (
        ts.isClassDeclaration(node) ||
        ts.isEnumDeclaration(node) ||
        ts.isModuleDeclaration(node)
      ) {
        const bare = withoutExport(each(node));
        return node.name && existsAtRunTime(node) ? [bare, copy([node.name.text])] : [bare];
      }
      const visited = ts.visitNode(node, visit) as ts.Statement | ts.Statement[] | undefined;
      return visited === undefined ? [] : Array.isArray(visited) ? visited : [visited];
    }

    return (source) => {
      const statements = source.statements.flatMap(topLevel);
      const last = statements.at(-1);
      const written = source.statements.at(-1);
      if (last && ts.isExpressionStatement(last) && written && isResult(written, source)) {
        // In an array: returned bare, a promise would be waited for.
        const value = f.createArrayLiteralExpression([last.expression]);
        statements[statements.length - 1] = ts.setTextRange(f.createReturnStatement(value), last);
      }
      return f.updateSourceFile(source, [...hoisted, ...statements]);
    };
  };
}

function isResult(node: ts.Statement, source: ts.SourceFile): boolean {
  if (ts.isExportAssignment(node)) return true;
  return ts.isExpressionStatement(node) && source.text[node.end - 1] !== ";";
}

// Interfaces and types leave nothing behind, and neither does a namespace that has nothing else.
function existsAtRunTime(node: ts.Statement): boolean {
  if (ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node)) return false;
  if (!ts.isModuleDeclaration(node)) return true;
  if (!node.body) return false;
  if (ts.isModuleDeclaration(node.body)) return existsAtRunTime(node.body);
  return ts.isModuleBlock(node.body) && node.body.statements.some(existsAtRunTime);
}

function statement(expression: ts.Expression, range?: ts.Node): ts.Statement {
  return ts.setTextRange(f.createExpressionStatement(expression), range);
}

function copy(names: string[]): ts.Statement {
  return statement(sequence(names.map((name) => assign(name, f.createIdentifier(name)))));
}

function tick(): ts.Statement {
  const pending = f.createElementAccessExpression(f.createIdentifier(NAMES.flag), 0);
  return f.createIfStatement(pending, statement(call(NAMES.interrupted)));
}

function assignPattern(name: ts.BindingName, value: ts.Expression): ts.Expression {
  return f.createParenthesizedExpression(f.createAssignment(patternOf(name), value));
}

/** A binding pattern as the pattern of an assignment to the scope. */
function patternOf(name: ts.BindingName): ts.Expression {
  if (ts.isIdentifier(name)) return scoped(name.text);
  if (ts.isArrayBindingPattern(name)) {
    return f.createArrayLiteralExpression(
      name.elements.map((element) =>
        ts.isOmittedExpression(element) ? element : elementOf(element, true),
      ),
    );
  }
  return f.createObjectLiteralExpression(
    name.elements.map((element) =>
      element.dotDotDotToken
        ? f.createSpreadAssignment(patternOf(element.name))
        : f.createPropertyAssignment(
            element.propertyName ?? (element.name as ts.Identifier).text,
            elementOf(element, false),
          ),
    ),
  );
}

function elementOf(element: ts.BindingElement, inArray: boolean): ts.Expression {
  const target = patternOf(element.name);
  if (inArray && element.dotDotDotToken) return f.createSpreadElement(target);
  return element.initializer ? f.createAssignment(target, element.initializer) : target;
}

function withoutExport<
  T extends
    ts.FunctionDeclaration | ts.ClassDeclaration | ts.EnumDeclaration | ts.ModuleDeclaration,
>(node: T): T {
  const modifiers = (ts.getModifiers(node) ?? []).filter(
    ({ kind }) => kind !== ts.SyntaxKind.ExportKeyword && kind !== ts.SyntaxKind.DefaultKeyword,
  );
  if (!ts.isClassDeclaration(node)) return f.replaceModifiers(node, modifiers);
  const decorators = ts.getDecorators(node) ?? [];
  return f.replaceDecoratorsAndModifiers(node, [...decorators, ...modifiers]) as T;
}
