import { currentKernel } from "../../current.js";
import { NoKernel } from "../../errors.js";
import type { MimeBundle } from "../../wire/display.js";
import { bundleNow, toWire } from "../bundle.js";
import { checkOptions, DisplayRefused } from "./display-errors.js";

/** How {@link display} shows a value. */
export interface ShowOptions {
  /** The value is a MIME bundle already. */
  raw?: boolean;
  /** Replace the outputs of that `display_id` instead of adding one. */
  update?: boolean;
  /** Names the output, so that it can be replaced later. */
  display_id?: string;
}

/**
 * Shows a value in the cell, as if it were the cell's last. Nothing needs to be awaited, unless the
 * value's own display method is asynchronous and what follows must come after it.
 *
 * @throws {DisplayRefused} when an option is misspelt, or an update names no output
 * @throws {NoKernel} outside a kernel
 * @example
 * display([{ a: 1 }], { display_id: "table" });
 * display([{ a: 2 }], { display_id: "table", update: true });
 */
export async function display(value: unknown, options: ShowOptions = {}): Promise<void> {
  checkOptions("display", options, { raw: "boolean", update: "boolean", display_id: "string" });
  const { raw = false, update = false, display_id: displayId } = options;
  if (update && displayId === undefined) {
    throw new DisplayRefused("display", "an update needs the display_id of the output to replace");
  }
  const kernel = currentKernel();
  if (!kernel) throw new NoKernel("display");
  // No await where there is nothing to wait for: else what is printed next would come first.
  const made = raw ? toWire(value as MimeBundle) : bundleNow(value);
  const bundle = made instanceof Promise ? await made : made;
  if (Object.keys(bundle).length === 0) return;
  kernel.display(bundle, { update, ...(displayId !== undefined && { displayId }) });
}
