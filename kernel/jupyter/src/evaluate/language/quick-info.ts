import ts from "typescript";
import { utf16Offset } from "../../wire/code-points.js";
import type { InspectReply, InspectRequest } from "../../wire/inspect.js";
import type { Project } from "./project.js";

/** A longer declaration is cut: it is shown in a small panel. */
const SOURCE_LINES = 60;

/**
 * Tells what is at the cursor: its type and documentation, or the signature of the call around it;
 * at detail level 1 also the text that declares it. The project must show the code.
 *
 * @example inspectAt(project, { code: "Math.floor", cursor_pos: 10 }).found // true
 */
export function inspectAt(project: Project, request: InspectRequest): InspectReply {
  const at = utf16Offset(request.code, request.cursor_pos);
  const about = quickInfo(project, at) ?? quickInfo(project, at - 1) ?? signature(project, at);
  const source = about !== null && request.detail_level === 1 ? definition(project, at) : null;
  const text = source === null ? about : `${about}\n\n${source}`;
  return {
    status: "ok",
    found: text !== null,
    data: text === null ? {} : { "text/plain": text },
    metadata: {},
  };
}

function quickInfo({ service, file }: Project, at: number): string | null {
  const info = at < 0 ? undefined : service.getQuickInfoAtPosition(file, at);
  if (!info || isUnknown(info)) return null;
  return joined(info.displayParts, info.documentation, info.tags);
}

// Of a name that nothing declares TypeScript says "any", which would pass for an answer.
function isUnknown({ kind, displayParts }: ts.QuickInfo): boolean {
  return kind === ts.ScriptElementKind.unknown && ts.displayPartsToString(displayParts) === "any";
}

function signature({ service, file }: Project, at: number): string | null {
  const help = service.getSignatureHelpItems(file, at, undefined);
  const item = help?.items[help.selectedItemIndex];
  if (!item) return null;
  const separator = ts.displayPartsToString(item.separatorDisplayParts);
  const parameters = item.parameters.map((p) => ts.displayPartsToString(p.displayParts));
  const head =
    ts.displayPartsToString(item.prefixDisplayParts) +
    parameters.join(separator) +
    ts.displayPartsToString(item.suffixDisplayParts);
  return joined([{ kind: "text", text: head }], item.documentation, item.tags);
}

function definition({ service, file }: Project, at: number): string | null {
  const definitions = [at, at - 1].flatMap((place) =>
    place < 0 ? [] : (service.getDefinitionAtPosition(file, place) ?? []),
  );
  // What brings an earlier cell's name in here is ours, not the user's.
  const found = definitions.find(({ kind }) => kind !== ts.ScriptElementKind.alias);
  if (!found) return null;
  const source = service.getProgram()!.getSourceFile(found.fileName);
  const { start, length } = found.contextSpan ?? found.textSpan;
  const lines = source?.text.slice(start, start + length).split("\n") ?? [];
  const shown = lines.slice(0, SOURCE_LINES).join("\n");
  return lines.length > SOURCE_LINES ? `${shown}\n…` : shown || null;
}

function joined(
  head: ts.SymbolDisplayPart[] | undefined,
  documentation: ts.SymbolDisplayPart[] | undefined,
  tags: ts.JSDocTagInfo[] | undefined,
): string {
  const lines = [ts.displayPartsToString(head), ts.displayPartsToString(documentation)];
  for (const tag of tags ?? []) lines.push(`@${tag.name} ${ts.displayPartsToString(tag.text)}`);
  return lines.filter((line) => line !== "").join("\n\n");
}
