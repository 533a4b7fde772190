import { RequestInvalid } from "../errors.js";

/** What a field of a request must be. */
type Kind = keyof typeof KINDS;

/** The fields of a request. One with `?` may be missing or null. */
export type Fields = Readonly<Record<string, Kind | `${Kind}?`>>;

const KINDS = {
  text: ["a string", (value: unknown) => typeof value === "string"],
  flag: ["true or false", (value: unknown) => typeof value === "boolean"],
  whole: ["a whole number", (value: unknown) => Number.isSafeInteger(value)],
  position: ["a whole number from 0", (v: unknown) => Number.isInteger(v) && Number(v) >= 0],
  object: ["an object", isObject],
  list: ["a list", Array.isArray],
  texts: [
    "an object of strings",
    (value: unknown) => isObject(value) && Object.values(value).every((v) => typeof v === "string"),
  ],
} as const;

/**
 * Checks the content of a request, so that no code behind it meets a wrong type.
 *
 * @returns the named fields; those that are null, or that nobody knows, are left out
 * @throws {RequestInvalid} which names the first field that is wrong
 * @example readFields<CompleteRequest>("complete_request", content, COMPLETE_FIELDS).code
 */
export function readFields<Content>(
  msgType: string,
  content: Readonly<Record<string, unknown>>,
  fields: Fields,
): Content {
  const read: Record<string, unknown> = {};
  for (const [field, wanted] of Object.entries(fields)) {
    const optional = wanted.endsWith("?");
    const [name, accepts] = KINDS[(optional ? wanted.slice(0, -1) : wanted) as Kind];
    const value = Object.hasOwn(content, field) ? content[field] : undefined;
    if (optional && (value === undefined || value === null)) continue;
    if (!accepts(value)) throw new RequestInvalid(msgType, field, name);
    read[field] = value;
  }
  return read as Content;
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
