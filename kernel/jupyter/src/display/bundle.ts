import { inspect } from "node:util";
import type { MimeBundle } from "../wire/display.js";

/** The method by which a value says how it looks: it returns a MIME bundle, or a promise of one. */
export const DISPLAY = Symbol.for("Jupyter.display");

const INSPECT = { depth: 4, maxArrayLength: 100, maxStringLength: 10_000, breakLength: 100 };

/**
 * The forms in which a value is shown. A value that has a `Symbol.for("Jupyter.display")` method
 * decides itself; anything else is shown as Node prints it.
 *
 * @throws whatever the value's own method throws
 * @example await bundleOf([1, 2]) // { "text/plain": "[ 1, 2 ]" }
 */
export async function bundleOf(value: unknown): Promise<MimeBundle> {
  const method = displayMethod(value);
  if (!method) return { "text/plain": inspect(value, INSPECT) };
  return toWire(await method.call(value));
}

/**
 * A bundle as it can travel: bytes become Base64 text.
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
  return Object.fromEntries(
    Object.entries(bundle).map(([type, data]) => [
      type,
      data instanceof Uint8Array ? Buffer.from(data).toString("base64") : data,
    ]),
  );
}

function displayMethod(value: unknown): (((this: unknown) => unknown) & (() => MimeBundle)) | null {
  if ((typeof value !== "object" && typeof value !== "function") || value === null) return null;
  const method = (value as Record<symbol, unknown>)[DISPLAY];
  return typeof method === "function" ? (method as () => MimeBundle) : null;
}
