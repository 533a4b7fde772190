/** A value that has exactly one canonical text: no fractions, no null. */
export type CanonicalValue =
  string | number | readonly CanonicalValue[] | { readonly [key: string]: CanonicalValue };

/**
 * Compares two texts by code points, as Python and SQLite do. (JavaScript's own order is by UTF-16
 * units, which differs beyond U+FFFF.)
 *
 * @example ["b", "a"].sort(compareCodePoints) // ["a", "b"]
 */
export function compareCodePoints(a: string, b: string): number {
  const shorter = Math.min(a.length, b.length);
  for (let at = 0; at < shorter; at++) {
    const [left, right] = [a.charCodeAt(at), b.charCodeAt(at)];
    if (left === right) continue;
    // Half of a pair stands for a code point behind all that are one unit.
    const [leftHalf, rightHalf] = [isSurrogate(left), isSurrogate(right)];
    if (leftHalf !== rightHalf) return leftHalf ? 1 : -1;
    return left < right ? -1 : 1;
  }
  return Math.sign(a.length - b.length);
}

function isSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdfff;
}

/**
 * The canonical JSON text of a value: keys sorted by code point, no spaces, nothing escaped that
 * need not be. Python writes the same bytes with
 * `json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)`.
 *
 * @throws TypeError for fractions, unsafe integers, null, undefined, and lone surrogates
 * @example canonicalJson({ b: 1, a: ["x"] }) // '{"a":["x"],"b":1}'
 */
export function canonicalJson(value: CanonicalValue): string {
  if (typeof value === "string") {
    if (/\p{Cs}/u.test(value)) throw new TypeError("a text holds half of a surrogate pair");
    return JSON.stringify(value);
  }
  if (typeof value === "number") {
    if (!Number.isSafeInteger(value)) throw new TypeError(`${value} is no safe integer`);
    return JSON.stringify(value);
  }
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (typeof value !== "object" || value === null) {
    throw new TypeError(`${String(value)} has no canonical text`);
  }
  const entries = Object.entries(value as { readonly [key: string]: CanonicalValue });
  entries.sort(([a], [b]) => compareCodePoints(a, b));
  return `{${entries.map(([key, item]) => `${canonicalJson(key)}:${canonicalJson(item)}`).join(",")}}`;
}
