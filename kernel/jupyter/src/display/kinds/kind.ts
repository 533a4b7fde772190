import type { MimeBundle } from "../../wire/display.js";

/** One kind of value that has more forms than its text. */
export interface Kind {
  /** What such a value is shown as, for the sentence that says why it is not. */
  readonly name: string;
  /** The value's bundle; null when it is of another kind. May throw: then it is shown as text. */
  bundle(value: object): MimeBundle | Promise<MimeBundle> | null;
}

/** Any object, to look for what it offers. */
export type Duck = Readonly<Record<string, unknown>>;

/**
 * Whether an object has methods of these names, its own or inherited.
 *
 * @example hasMethods([1], "map", "filter") // true
 */
export function hasMethods<Name extends string>(
  value: object,
  ...names: Name[]
): value is Record<Name, (...all: unknown[]) => unknown> {
  return names.every((name) => typeof (value as Duck)[name] === "function");
}
