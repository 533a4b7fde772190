import { NameInvalid } from "../errors/entry-errors.js";

const LONGEST = 120;

/**
 * A name as it is kept: without spaces around it, in Unicode's composed form, so that two names
 * that look the same are the same.
 *
 * @throws NameInvalid when it is empty, longer than 120 characters, or has control characters
 * @example cleanName(" Model 1 ", "model") // "Model 1"
 */
export function cleanName(name: unknown, kind: "session" | "model"): string {
  if (typeof name !== "string") {
    throw new NameInvalid({ name: String(name), kind, reason: "must be a text" });
  }
  const clean = name.normalize("NFC").trim();
  if (clean === "") throw new NameInvalid({ name, kind, reason: "must not be empty" });
  if ([...clean].length > LONGEST) {
    throw new NameInvalid({ name, kind, reason: `must not exceed ${LONGEST} characters` });
  }
  // Control and format characters (bidirectional marks too) and halves of a pair.
  if (/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u.test(clean)) {
    throw new NameInvalid({ name, kind, reason: "must not hold control characters" });
  }
  return clean;
}
