import { pictureOf, pictureText } from "../picture/picture.js";
import type { Kind } from "./kind.js";

/** Bytes of a PNG, JPEG, GIF or WebP file. */
export const pictureBytes: Kind = {
  name: "a picture",
  bundle(value) {
    if (!(value instanceof Uint8Array) && !(value instanceof ArrayBuffer)) return null;
    const bytes = value instanceof ArrayBuffer ? new Uint8Array(value) : value;
    const picture = pictureOf(bytes);
    if (!picture) return null;
    const { type, size } = picture;
    return { [type]: bytes, "text/plain": pictureText(type, size, bytes.length) };
  },
};
