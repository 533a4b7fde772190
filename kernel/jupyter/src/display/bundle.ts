import { inspect } from "node:util";
import type { MimeBundle } from "../wire/display.js";
import type { Kind } from "./kinds/kind.js";
import { plainForm } from "./plain-form.js";

/** The method by which a value says how it looks: it returns a MIME bundle, or a promise of one. */
export const DISPLAY = Symbol.for("Jupyter.display");

const INSPECT = { depth: 4, maxArrayLength: 100, maxStringLength: 10_000, breakLength: 100 };

let kinds: readonly Kind[] | null = null;

/**
 * Loads what knows the kinds of values. A kernel answers sooner without, so it calls this later;
 * until then values that could be of a kind have to be waited for.
 *
 * @example await loadKinds()
 */
export async function loadKinds(): Promise<void> {
  kinds ??= (await import("./kinds/kinds.js")).KINDS;
}

/**
 * The forms in which a value is shown, a text always among them. A value that has a
 * `Symbol.for("Jupyter.display")` method decides itself; charts, pictures, tables, tensors and
 * their like are known by what they offer; anything else is shown as Node prints it. A value that
 * cannot be read is shown as text, with the reason.
 *
 * @throws whatever the value's own display method throws
 * @example await bundleOf([1, 2]) // { "text/plain": "[ 1, 2 ]" }
 */
export async function bundleOf(value: unknown): Promise<MimeBundle> {
  return bundleNow(value);
}

/**
 * As {@link bundleOf}, but at once where the value does not have to be waited for: what is shown
 * next must not overtake it.
 *
 * @throws whatever the value's own display method throws
 * @example bundleNow([{ a: 1 }]) // a table
 */
export function bundleNow(value: unknown): MimeBundle | Promise<MimeBundle> {
  if ((typeof value !== "object" && typeof value !== "function") || value === null) {
    return textBundle(value);
  }
  let method: unknown;
  try {
    method = (value as Record<symbol, unknown>)[DISPLAY];
  } catch (error) {
    return textBundle(value, ["itself", error]);
  }
  if (typeof method === "function") {
    const made = (method as () => unknown).call(value) as MimeBundle | Promise<MimeBundle>;
    return isPromise(made) ? Promise.resolve(made).then(toWire) : toWire(made);
  }
  if (!kinds) return loadKinds().then(() => bundleNow(value));
  for (const kind of kinds) {
    try {
      const made = kind.bundle(value);
      if (made === null) continue;
      if (!isPromise(made)) return toWire(made);
      return made.then(toWire).catch((error: unknown) => textBundle(value, [kind.name, error]));
    } catch (error) {
      return textBundle(value, [kind.name, error]);
    }
  }
  return textBundle(value);
}

/**
 * A bundle as it can travel: bytes become Base64 text, and a text is added if there is none. An
 * empty bundle, of a value that showed itself, stays empty.
 *
 * @throws {TypeError} when it is no object
 * @example toWire({ "image/png": bytes })
 */
export function toWire(bundle: MimeBundle): MimeBundle {
  if (typeof bundle !== "object" || bundle === null) {
    throw new TypeError(
      `A display method must return an object of MIME types, not ${inspect(bundle)}.`,
    );
  }
  const entries = Object.entries(bundle).map(([type, data]) => [
    type,
    data instanceof Uint8Array ? Buffer.from(data).toString("base64") : data,
  ]);
  const wire = Object.fromEntries(entries) as MimeBundle;
  if (entries.length > 0 && !("text/plain" in wire)) wire["text/plain"] = plainForm(wire);
  return wire;
}

function isPromise<T>(value: T | Promise<T>): value is Promise<T> {
  return typeof (value as { then?: unknown } | null)?.then === "function";
}

function textBundle(value: unknown, failed?: [what: string, error: unknown]): MimeBundle {
  const text = textOf(value);
  if (!failed) return { "text/plain": text };
  const [what, error] = failed;
  return { "text/plain": `${text}\n(not shown as ${what}: ${reasonOf(error)})` };
}

// The value's own inspect method may throw, and so may the error it throws when it is looked at.
function textOf(value: unknown): string {
  try {
    return inspect(value, INSPECT);
  } catch (error) {
    return `${typeof value} that cannot be printed: ${reasonOf(error)}`;
  }
}

function reasonOf(error: unknown): string {
  try {
    const text = error instanceof Error ? error.message : inspect(error);
    return text.split("\n")[0]!;
  } catch {
    return "no reason given";
  }
}
