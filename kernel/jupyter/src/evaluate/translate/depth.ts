/** Levels that a cell may nest or chain: the parser's stack holds more, and ends the process beyond. */
const MOST = 2500;

const WORDS = new Set(
  "if else for while do new typeof void delete await yield return throw case in of".split(" "),
);

const TOKEN =
  /\/\/[^\n]*|\/\*[^]*?(?:\*\/|$)|"(?:[^"\\\n]|\\[^])*"?|'(?:[^'\\\n]|\\[^])*'?|\s+|[\p{ID_Start}$_][\p{ID_Continue}$]*|\d+|[^]/gu;

/**
 * Where a text nests or chains more than a parser's stack holds, by a look at its tokens that knows
 * no grammar: brackets within brackets, and operators that no comma, semicolon or new statement
 * parts. The native parser would end the process instead of refusing.
 *
 * @returns the place in the text; null for one that is safe
 * @example tooDeepAt("[".repeat(20_000)) // 2500
 */
export function tooDeepAt(code: string): number | null {
  // Each level takes a character.
  if (code.length <= MOST) return null;
  const levels = [0];
  let total = 0;
  let broken = false;
  let last = "";
  for (const { 0: token, index } of code.matchAll(TOKEN)) {
    if (/^\s/.test(token)) {
      broken ||= token.includes("\n");
      continue;
    }
    if (/^\/[/*]/.test(token)) continue;
    const top = levels.length - 1;
    const isWord = /^[\p{ID_Start}$_\d"']/u.test(token);
    // A line that begins with a word, behind one that can end there, begins a statement.
    const begins = broken && isWord && /[\p{ID_Continue}$"'`)\]}]$/u.test(last) && !WORDS.has(last);
    broken = false;
    last = token;
    if (token === "," || token === ";" || begins) {
      total -= levels[top]!;
      levels[top] = 0;
    }
    if (token === "," || token === ";" || (isWord && !WORDS.has(token))) continue;
    if (")]}".includes(token)) {
      if (top > 0) total -= levels.pop()!;
      continue;
    }
    levels[top]! += 1;
    total += 1;
    if ("([{".includes(token)) levels.push(0);
    if (total > MOST) return index;
  }
  return null;
}
