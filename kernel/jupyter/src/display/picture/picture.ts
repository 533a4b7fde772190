import { bytesText } from "../figures.js";

/** What bytes that are a picture say of themselves. */
export interface Picture {
  type: "image/png" | "image/jpeg" | "image/gif" | "image/webp";
  /** Null when it is not at a fixed place. */
  size: [width: number, height: number] | null;
}

/**
 * Tells a picture by its first bytes.
 *
 * @example pictureOf(readFileSync("a.png"))?.type // "image/png"
 */
export function pictureOf(bytes: Uint8Array): Picture | null {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const starts = (text: string, at = 0): boolean =>
    view.length >= at + text.length && view.toString("latin1", at, at + text.length) === text;
  if (starts("\x89PNG\r\n\x1a\n")) {
    const size: Picture["size"] =
      view.length >= 24 ? [view.readUInt32BE(16), view.readUInt32BE(20)] : null;
    return { type: "image/png", size };
  }
  if (starts("\xff\xd8\xff")) return { type: "image/jpeg", size: null };
  if (starts("GIF87a") || starts("GIF89a")) {
    const size: Picture["size"] =
      view.length >= 10 ? [view.readUInt16LE(6), view.readUInt16LE(8)] : null;
    return { type: "image/gif", size };
  }
  if (starts("RIFF") && starts("WEBP", 8)) return { type: "image/webp", size: null };
  return null;
}

/**
 * One line in place of a picture, for where none can be shown.
 *
 * @param type its MIME type
 * @example pictureText("image/png", [28, 28], 512) // "PNG picture, 28 × 28, 512 bytes"
 */
export function pictureText(type: string, size: Picture["size"], bytes: number): string {
  const name = type
    .replace(/^image\//, "")
    .replace(/\+xml$/, "")
    .toUpperCase();
  const pixels = size ? `, ${size[0]} × ${size[1]}` : "";
  return `${name} picture${pixels}, ${bytesText(bytes)}`;
}
