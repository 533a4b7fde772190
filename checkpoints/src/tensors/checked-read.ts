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
export function readChecked(stretch: CheckedStretch): CheckedBytes {
  const files = checkedFiles();
  try {
    return files.read(stretch);
  } finally {
    files.close();
  }
}

/** Reads stretches of files, one after the other. */
export interface CheckedFiles {
  /** As readChecked. */
  read(stretch: CheckedStretch): CheckedBytes;
  close(): void;
}

/** Keeps the file of the last stretch open for the next. @example const files = checkedFiles(); */
export function checkedFiles(): CheckedFiles {
  let open: { file: string; fd: number; size: number } | null = null;
  const close = (): void => {
    if (open) closeSync(open.fd);
    open = null;
  };
  return {
    close,
    read(stretch) {
      const { file, offset, length, digest } = stretch;
      if (open?.file !== file) {
        close();
        try {
          const fd = openSync(file, "r");
          open = { file, fd, size: 0 };
          open.size = fstatSync(fd).size;
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
          return { fault: "the file of the pack is gone" };
        }
      }
      // Before the allocation: the catalog may come from elsewhere.
      if (offset + length > open.size) return { fault: "the file of the pack is too short" };
      // Not filled with zeros first: what could not be read is not given out.
      const bytes = new Uint8Array(Buffer.allocUnsafeSlow(length).buffer);
      const hash = createHash("sha256");
      for (let filled = 0; filled < length;) {
        const count = readSync(
          ...([open.fd, bytes, filled] as const),
          ...([Math.min(PIECE, length - filled), offset + filled] as const),
        );
        if (count === 0) return { fault: "the file of the pack is too short" };
        hash.update(bytes.subarray(filled, filled + count));
        filled += count;
      }
      return hash.digest("hex") === digest
        ? { bytes }
        : { fault: "its bytes do not give its digest" };
    },
  };
}
