import ts from "typescript";

/** What has a type to show; of classes, enums and types the name says it all. */
const VALUES = ts.SymbolFlags.Value & ~(ts.SymbolFlags.Class | ts.SymbolFlags.Enum);

/**
 * Writes what a symbol is on one line, without the names of what surrounds it: to write a name in full the
 * compiler looks through the exports of every loaded module, which takes longer than the completion itself.
 *
 * @param place where it would be used
 * @example signatureOf(checker, floor, source) // "Math.floor(x: number): number"
 */
export function signatureOf(checker: ts.TypeChecker, symbol: ts.Symbol, place: ts.Node): string {
  const target = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
  const name = ownerOf(target) + symbol.name;
  if (!(target.flags & VALUES)) return `${keywordOf(target)}${symbol.name}`;
  const type = checker.getTypeOfSymbolAtLocation(target, place);
  const [first, ...others] = type.getCallSignatures();
  const isCallable = target.flags & (ts.SymbolFlags.Function | ts.SymbolFlags.Method);
  if (!first || !isCallable) return `${keywordOf(target)}${name}: ${checker.typeToString(type)}`;
  const more = others.length === 0 ? "" : ` (+${others.length} overloads)`;
  return `${name}${checker.signatureToString(first)}${more}`;
}

// Names that the compiler makes up, as for an object literal, begin with two underscores.
function ownerOf(symbol: ts.Symbol): string {
  const { parent } = symbol as { parent?: ts.Symbol };
  const isOwner = parent && parent.flags & (ts.SymbolFlags.Class | ts.SymbolFlags.Interface);
  return isOwner && !parent.name.startsWith("__") ? `${parent.name}.` : "";
}

function keywordOf({ flags, valueDeclaration }: ts.Symbol): string {
  if (flags & ts.SymbolFlags.Class) return "class ";
  if (flags & ts.SymbolFlags.Interface) return "interface ";
  if (flags & ts.SymbolFlags.TypeAlias) return "type ";
  if (flags & ts.SymbolFlags.Enum) return "enum ";
  if (flags & ts.SymbolFlags.Namespace && !(flags & ts.SymbolFlags.Variable)) return "namespace ";
  if (!(flags & ts.SymbolFlags.Variable) || !valueDeclaration) return "";
  const kind = ts.getCombinedNodeFlags(valueDeclaration);
  if (kind & ts.NodeFlags.Const) return "const ";
  return kind & ts.NodeFlags.Let ? "let " : "var ";
}
