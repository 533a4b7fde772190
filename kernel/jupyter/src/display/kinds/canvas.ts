import type { MimeBundle } from "../../wire/display.js";
import { pictureOf, pictureText } from "../picture/picture.js";
import { hasMethods, type Kind } from "./kind.js";

/** Whatever paints like a browser's canvas: node-canvas, skia-canvas, @napi-rs/canvas, … */
export const canvas: Kind = {
  name: "a picture",
  bundle(value) {
    if (!hasMethods(value, "toDataURL")) return null;
    const url = value.toDataURL();
    return url instanceof Promise ? url.then(fromUrl) : fromUrl(url);
  },
};

function fromUrl(url: unknown): MimeBundle {
  const [, type, data] = /^data:(image\/[\w.+-]+);base64,([\w+/=]*)$/.exec(String(url)) ?? [];
  if (type === undefined || data === undefined) {
    throw new TypeError("toDataURL gave no picture in Base64");
  }
  const bytes = Buffer.from(data, "base64");
  return {
    [type]: data,
    "text/plain": pictureText(type, pictureOf(bytes)?.size ?? null, bytes.length),
  };
}
