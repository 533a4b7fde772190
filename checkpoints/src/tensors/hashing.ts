import { webcrypto } from "node:crypto";
import { sha256 } from "./state.js";

/** How the tensors of a pack are hashed. */
export interface Hashing {
  /** The sha256 of bytes, hexadecimal. They are not to change before it is there. */
  digest(bytes: Uint8Array): string | Promise<string>;
  /** How many are asked for at once. */
  ahead: number;
}

/** By the caller's own thread. @example hashingHere.digest(bytes) // "9f86d0…" */
export const hashingHere: Hashing = { digest: sha256, ahead: 1 };

// Node copies what another thread is to hash; below this it is hashed as fast as that.
const SMALL = 1 << 16;

/** By other threads while the caller's goes on, where that is worth it. @example await hashingBeside.digest(bytes) */
export const hashingBeside: Hashing = {
  digest(bytes) {
    // Shared memory is not for the threads of the Web's cryptography.
    const { buffer } = bytes;
    if (bytes.byteLength < SMALL || !(buffer instanceof ArrayBuffer)) return sha256(bytes);
    const own = new Uint8Array(buffer, bytes.byteOffset, bytes.byteLength);
    return webcrypto.subtle
      .digest("SHA-256", own)
      .then((digest) => Buffer.from(digest).toString("hex"));
  },
  ahead: 3,
};
