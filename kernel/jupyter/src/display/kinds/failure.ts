import { inspect } from "node:util";
import { clean } from "../../evaluate/stack-traces.js";
import type { Kind } from "./kind.js";

/** Errors that are values, not thrown: name, message, stack and causes. */
export const failure: Kind = {
  name: "an error",
  bundle: (value) => (value instanceof Error ? { "text/plain": clean(inspect(value)) } : null),
};
