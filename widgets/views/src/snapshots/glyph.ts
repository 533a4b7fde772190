const GLYPHS: Record<string, string> = {
  ...{ " ": "␣", "\n": "⏎", "\t": "⇥", "\r": "␍", "\u00a0": "⍽", "": "∅" },
};

/**
 * A token so that white space in it can be seen.
 *
 * @example glyphOf(" a") === "␣a"
 */
export function glyphOf(token: string): string {
  return GLYPHS[token] ?? token.replace(/[ \n\t\r\u00a0]/g, (character) => GLYPHS[character]!);
}

/**
 * A token in words, for those who hear it.
 *
 * @example nameOf("\n") === "line break"
 */
export function nameOf(token: string): string {
  const names: Record<string, string> = { " ": "space", "\n": "line break", "\t": "tab" };
  return names[token] ?? token;
}
