/** A character-level tokenizer: the id of a character is its place in the sorted alphabet. */
export interface Tokenizer {
  size: number;
  /** Ids of the characters that the alphabet has; others are left out. */
  encode(text: string): Int32Array;
  decode(ids: Iterable<number>): string;
  /** The stored form: JSON text, the same for the same alphabet. */
  text(): string;
}

/**
 * The tokenizer of a text: its distinct code points, sorted.
 *
 * @example
 * characterTokenizer("abba").encode("ab"); // Int32Array [0, 1]
 */
export function characterTokenizer(text: string): Tokenizer {
  const characters = [...new Set(text)].sort((a, b) => a.codePointAt(0)! - b.codePointAt(0)!);
  return tokenizerOf(characters);
}

/** The tokenizer that {@link Tokenizer.text} described. */
export function tokenizerFrom(stored: string): Tokenizer {
  const parsed = JSON.parse(stored) as { kind: string; characters: string[] };
  if (parsed.kind !== "characters") throw new TypeError(`Unknown tokenizer "${parsed.kind}".`);
  return tokenizerOf(parsed.characters);
}

function tokenizerOf(characters: string[]): Tokenizer {
  const ids = new Map(characters.map((character, id) => [character, id]));
  return {
    size: characters.length,
    encode(text) {
      const found: number[] = [];
      for (const character of text) {
        const id = ids.get(character);
        if (id !== undefined) found.push(id);
      }
      return Int32Array.from(found);
    },
    decode: (tokens) => Array.from(tokens, (id) => characters[id] ?? "").join(""),
    text: () => JSON.stringify({ kind: "characters", characters }),
  };
}
