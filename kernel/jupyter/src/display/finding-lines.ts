import type { Finding } from "../errors.js";
import type { CellSources } from "../evaluate/cell-sources.js";
import { excerpt, PLAIN, RED } from "./excerpt.js";

/** Beyond these a list hides the rest of the output. */
const SHOWN = 10;

/**
 * What TypeScript found in a cell, each with its place, its words and the line it is in.
 *
 * @param kind such as "TypeScriptError"
 * @example findingLines("TypeScriptError", "cell-3.ts", findings, sources).join("\n")
 */
export function findingLines(
  kind: string,
  cell: string,
  findings: readonly Finding[],
  sources: CellSources,
): string[] {
  const lines = findings.slice(0, SHOWN).flatMap((finding) => {
    const code = finding.code === 0 ? "" : `TS${finding.code}: `;
    const place = `${cell}:${finding.line}:${finding.column}`;
    return [
      `${place} - ${RED}${kind}${PLAIN} ${code}${finding.message}`,
      ...excerpt(sources.textOf(cell), finding),
    ];
  });
  const more = findings.length - SHOWN;
  return more > 0 ? [...lines, `… and ${more} more`] : lines;
}
