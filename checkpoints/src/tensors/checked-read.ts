import { createHash } from "node:crypto";
import { closeSync, fstatSync, openSync, readSync } from "node:fs";

/** A stretch of a file and the digest that its bytes must give. */
export interface CheckedStretch {
  file: string;
  /** Bytes. */
  offset: number;
  length: number;
  /** sha256, hexadecimal. */
  digest: string;
}

/** The bytes, or why there are none. */
export type CheckedBytes = { bytes: Uint8Array<ArrayBuffer> } | { fault: string };

const PIECE = 1 << 20;

/**
 * Reads a stretch of a file, hashing each piece while the processor still has it at hand.
 *
 * @throws the system's error, other than for a file that is not there
 * @example readChecked({ file, offset: 512, length: 4096, digest })
 */
export function readChecked({ file, offset, length, digest }: CheckedStretch): CheckedBytes {
  let fd: number;
  try {
    fd = openSync(file, "r");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    return { fault: "the file of the pack is gone" };
  }
  try {
    // Before the allocation: the catalog may come from elsewhere.
    if (offset + length > fstatSync(fd).size) return { fault: "the file of the pack is too short" };
    const bytes = new Uint8Array(length);
    const hash = createHash("sha256");
    let filled = 0;
    while (filled < length) {
      const count = readSync(fd, bytes, filled, Math.min(PIECE, length - filled), offset + filled);
      if (count === 0) return { fault: "the file of the pack is too short" };
      hash.update(bytes.subarray(filled, filled + count));
      filled += count;
    }
    return hash.digest("hex") === digest
      ? { bytes }
      : { fault: "its bytes do not give its digest" };
  } finally {
    closeSync(fd);
  }
}
