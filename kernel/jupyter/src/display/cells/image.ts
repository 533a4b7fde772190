import { readFileSync } from "node:fs";
import { inspect } from "node:util";
import type { MimeBundle } from "../../wire/display.js";
import { DISPLAY } from "../bundle.js";
import { DisplayRefused } from "./display-errors.js";
import { pictureOf, pictureText } from "../picture/picture.js";

/** A picture to show. */
export class Image {
  readonly #bundle: MimeBundle;

  constructor(bundle: MimeBundle) {
    this.#bundle = bundle;
  }

  [DISPLAY](): MimeBundle {
    return this.#bundle;
  }
}

/**
 * A picture from a file, or from the bytes of one: PNG, JPEG, GIF, WebP or SVG.
 *
 * @param source a path, taken from the notebook's folder, a file URL, or bytes
 * @throws {DisplayRefused} when it is none of these
 * @throws the file system's error when the file cannot be read
 * @example image("loss.png")
 */
export function image(source: string | URL | Uint8Array): Image {
  if (typeof source !== "string" && !(source instanceof URL) && !(source instanceof Uint8Array)) {
    throw new DisplayRefused("image", `give a path or bytes, not ${inspect(source, { depth: 0 })}`);
  }
  const bytes = source instanceof Uint8Array ? source : readFileSync(source);
  const picture = pictureOf(bytes);
  if (picture) {
    const text = pictureText(picture.type, picture.size, bytes.length);
    return new Image({ [picture.type]: bytes, "text/plain": text });
  }
  const start = Buffer.from(bytes.subarray(0, 1000)).toString("utf8");
  if (
    /^\uFEFF?\s*(<\?xml\b|<!--|<!DOCTYPE svg|<svg[\s>])/i.test(start) &&
    /<svg[\s>]/i.test(start)
  ) {
    return new Image({ "image/svg+xml": Buffer.from(bytes).toString("utf8") });
  }
  const what = source instanceof Uint8Array ? "the bytes" : String(source);
  throw new DisplayRefused(
    "image",
    `${what} are no PNG, JPEG, GIF, WebP or SVG, give one of these`,
  );
}
