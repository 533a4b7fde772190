import { OptionInvalid, OptionUnknown } from "./errors/options.js";

export type Options = Record<string, unknown>;

/**
 * The options of `caller` as a plain object, none of them misspelt.
 *
 * @throws OptionInvalid for anything but an object; OptionUnknown.
 */
export function namedOptions(caller: string, given: unknown, known: string[]): Options {
  if (given === undefined) return {};
  if (typeof given !== "object" || given === null || Array.isArray(given)) {
    throw new OptionInvalid(caller, "options", given, "an object");
  }
  for (const name of Object.keys(given)) {
    if (!known.includes(name)) throw new OptionUnknown(caller, name, known);
  }
  return given as Options;
}

/** A whole number between two limits, or the default when left out. */
export function integerOption(
  caller: string,
  options: Options,
  name: string,
  fallback: number,
  least: number,
  most = Number.MAX_SAFE_INTEGER,
): number {
  const range =
    most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`;
  const fits = (x: number): boolean => Number.isSafeInteger(x) && x >= least && x <= most;
  return numberOption(caller, options, name, fallback, fits, `a whole number ${range}`);
}

/** A number that passes a check, or the default when left out. */
export function numberOption(
  caller: string,
  options: Options,
  name: string,
  fallback: number,
  fits: (value: number) => boolean,
  wanted: string,
): number {
  const value = options[name] ?? fallback;
  if (typeof value !== "number" || !fits(value))
    throw new OptionInvalid(caller, name, value, wanted);
  return value;
}
