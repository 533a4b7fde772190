import { hash } from "node:crypto";

const DIGEST = 32;

/** The sha256 of bytes or of a text in UTF-8, hexadecimal. @example sha256("abc") // "ba7816bf…" */
export function sha256(content: Uint8Array | string): string {
  return hash("sha256", content, "hex");
}

/** Digests that the addon wrote one behind the other, as texts. */
export function digestTexts(digests: Uint8Array<ArrayBuffer>): string[] {
  const text = Buffer.from(digests.buffer).toString("hex");
  return Array.from({ length: digests.byteLength / DIGEST }, (_, at) =>
    text.slice(2 * DIGEST * at, 2 * DIGEST * (at + 1)),
  );
}
