/** Kinds of tokens that are told apart on the map. */
export const GROUPS = ["vowels", "consonants", "capitals", "digits", "others"] as const;

/** A kind of token. */
export type Group = (typeof GROUPS)[number];

/**
 * What kind of token one is, by its first character that is no white space.
 *
 * @example groupOf("e") === "vowels"
 */
export function groupOf(token: string): Group {
  let group = known.get(token);
  if (!group) known.set(token, (group = groupByCharacter(token)));
  return group;
}

/** Asked for each token at each drawing; alphabets are small. */
const known = new Map<string, Group>();

function groupByCharacter(token: string): Group {
  const character = [...token.trim()][0] ?? "";
  if (/\p{Lu}/u.test(character)) return "capitals";
  if (/[aeiouy]/u.test(character.normalize("NFD")[0] ?? "")) return "vowels";
  if (/\p{L}/u.test(character)) return "consonants";
  return /\p{N}/u.test(character) ? "digits" : "others";
}

// Okabe and Ito 2008: told apart with every kind of colour vision; lighter ones on dark pages.
const LIGHT = {
  vowels: "#0072b2",
  consonants: "#3d3d3d",
  capitals: "#b85000",
  digits: "#00785a",
  others: "#a3508a",
};
const DARK = {
  vowels: "#6cc0f5",
  consonants: "#c8c8c8",
  capitals: "#f0a050",
  digits: "#2fc89c",
  others: "#e39ac8",
};

/** The colour of each kind of token on a light or a dark page. @example groupColours(true).vowels */
export function groupColours(light: boolean): Record<Group, string> {
  return light ? LIGHT : DARK;
}
