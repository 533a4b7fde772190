import ts from "typescript";
import { codePointOffset, utf16Offset } from "../../wire/code-points.js";
import type { CompleteReply, CompleteRequest } from "../../wire/complete.js";
import type { Project } from "./project.js";
import { signatureOf } from "./signatures.js";

/** More than anybody reads in a list. */
const LIMIT = 500;

/** Lists up to this long show what each entry is: every one costs a look at its types. */
const DETAILED = 24;

const WORD = /[\p{ID_Continue}$]*$/u;

/**
 * Completes the code at the cursor; the project must show it.
 *
 * @example completeAt(project, { code: "Math.flo", cursor_pos: 8 }).matches // ["floor"]
 */
export function completeAt(project: Project, request: CompleteRequest): CompleteReply {
  const { code } = request;
  const at = utf16Offset(code, request.cursor_pos);
  const completions = project.service.getCompletionsAtPosition(project.file, at, {
    includeCompletionsWithInsertText: false,
    includeCompletionsForModuleExports: false,
    includeSymbol: true,
  });
  const span = completions?.optionalReplacementSpan ?? completions?.entries[0]?.replacementSpan;
  const start = Math.min(span?.start ?? at - WORD.exec(code.slice(0, at))![0].length, at);
  const typed = code.slice(start, at);
  const entries = (completions?.entries ?? []).filter((entry) => matches(entry, typed));
  entries.sort((a, b) => a.sortText.localeCompare(b.sortText) || a.name.localeCompare(b.name));
  const from = codePointOffset(code, start);
  const to = request.cursor_pos;
  const shown = entries.slice(0, LIMIT);
  const program = project.service.getProgram()!;
  const [checker, source] = [program.getTypeChecker(), program.getSourceFile(project.file)!];
  const detail = ({ symbol }: ts.CompletionEntry): { signature?: string } =>
    symbol && shown.length <= DETAILED ? { signature: signatureOf(checker, symbol, source) } : {};
  return {
    status: "ok",
    matches: shown.map(({ name }) => name),
    cursor_start: from,
    cursor_end: to,
    metadata: {
      _jupyter_types_experimental: shown.map((entry) => ({
        text: entry.name,
        type: kindOf(entry.kind),
        start: from,
        end: to,
        ...detail(entry),
      })),
    },
  };
}

function matches(entry: ts.CompletionEntry, typed: string): boolean {
  return (
    entry.kind !== ts.ScriptElementKind.warning &&
    !entry.name.startsWith("__cell") &&
    entry.name.toLowerCase().startsWith(typed.toLowerCase())
  );
}

// JupyterLab has icons for these names.
function kindOf(kind: ts.ScriptElementKind): string {
  switch (kind) {
    case ts.ScriptElementKind.functionElement:
    case ts.ScriptElementKind.localFunctionElement:
    case ts.ScriptElementKind.memberFunctionElement:
      return "function";
    case ts.ScriptElementKind.classElement:
      return "class";
    case ts.ScriptElementKind.interfaceElement:
    case ts.ScriptElementKind.typeElement:
      return "interface";
    case ts.ScriptElementKind.enumElement:
      return "enum";
    case ts.ScriptElementKind.moduleElement:
    case ts.ScriptElementKind.alias:
      return "module";
    case ts.ScriptElementKind.keyword:
      return "keyword";
    case ts.ScriptElementKind.memberVariableElement:
    case ts.ScriptElementKind.memberGetAccessorElement:
      return "property";
    default:
      return "instance";
  }
}
