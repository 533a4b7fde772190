import { inspect } from "node:util";
import type { ErrorDetails } from "../../errors.js";

/** Something was shown in a way that cannot be. */
export class DisplayRefused extends Error implements ErrorDetails {
  override readonly name = "DisplayRefused";
  readonly code = "DisplayRefused";
  readonly data: { call: string; reason: string };
  /** @param reason ends in what to do */
  constructor(call: string, reason: string) {
    super(`${call}: ${reason}.`);
    this.data = { call, reason };
  }
}

/**
 * Checks the options of a call at its door.
 *
 * @param known the type that each option has
 * @throws {DisplayRefused} when one is misspelt or of another type
 * @example checkOptions("display", { raw: true }, { raw: "boolean" })
 */
export function checkOptions(
  call: string,
  options: unknown,
  known: Readonly<Record<string, "boolean" | "number" | "string">>,
): void {
  if (typeof options !== "object" || options === null) {
    throw new DisplayRefused(call, `give its options as an object, not as ${inspect(options)}`);
  }
  for (const [name, value] of Object.entries(options)) {
    const type = known[name];
    if (type === undefined) {
      const names = Object.keys(known).join(", ");
      throw new DisplayRefused(call, `it has no option ${JSON.stringify(name)}, use ${names}`);
    }
    if (value !== undefined && typeof value !== type) {
      throw new DisplayRefused(call, `${name} is ${inspect(value)}, give a ${type}`);
    }
  }
}
