import { createHash } from "node:crypto";
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { getSystemErrorName } from "node:util";
import { digestTexts } from "../hashing/digests.js";
import { hashAddon } from "../hashing/hash-addon.js";
import type { HashAddon } from "../hashing/hash-addon.js";

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

/**
 * Reads a stretch of a file, hashing each piece while the processor still has it at hand.
 *
 * @throws the system's error, other than for a file that is not there
 * @example readChecked({ file, offset: 512, length: 4096, digest })
 */
export function readChecked(stretch: CheckedStretch): CheckedBytes {
  const files = checkedFiles();
  try {
    return files.read([stretch])[0]!;
  } finally {
    files.close();
  }
}

/** Reads stretches of files. */
export interface CheckedFiles {
  /** As readChecked; several at once, where the addon is there. */
  read(stretches: readonly CheckedStretch[]): CheckedBytes[];
  close(): void;
}

const PIECE = 1 << 20;
const MOST_OPEN = 16;
const TOO_SHORT = "the file of the pack is too short";
const NOT_ITS_DIGEST = "its bytes do not give its digest";

interface OpenFile {
  fd: number;
  size: number;
}

/** Keeps the files of the last stretches open for the next. @example const files = checkedFiles(); */
export function checkedFiles(): CheckedFiles {
  const open = new Map<string, OpenFile>();
  const close = (): void => {
    for (const { fd } of open.values()) closeSync(fd);
    open.clear();
  };
  const opened = (file: string): OpenFile | null => {
    if (open.has(file)) return open.get(file)!;
    try {
      const found = { fd: openSync(file, "r"), size: 0 };
      open.set(file, found);
      found.size = fstatSync(found.fd).size;
      return found;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
      return null;
    }
  };
  return {
    close,
    read(stretches) {
      if (open.size > MOST_OPEN) close();
      const answers: CheckedBytes[] = [];
      const fills: Fill[] = [];
      for (const [at, stretch] of stretches.entries()) {
        const { file, offset, length } = stretch;
        const found = opened(file);
        // Before the allocation: the catalog may come from elsewhere.
        if (!found) answers[at] = { fault: "the file of the pack is gone" };
        else if (offset + length > found.size) answers[at] = { fault: TOO_SHORT };
        else {
          // Not filled with zeros first: what could not be read is not given out.
          const bytes = new Uint8Array(Buffer.allocUnsafeSlow(length).buffer);
          fills.push({ at, stretch, bytes, fd: found.fd });
        }
      }
      const addon = hashAddon();
      const faults = addon ? fillInLanes(addon, fills) : fills.map(fillByPieces);
      for (const [place, { at, bytes }] of fills.entries()) {
        const fault = faults[place]!;
        answers[at] = fault === null ? { bytes } : { fault };
      }
      return answers;
    },
  };
}

/** A stretch, where it comes from and goes to. */
interface Fill {
  at: number;
  stretch: CheckedStretch;
  bytes: Uint8Array<ArrayBuffer>;
  fd: number;
}

function fillByPieces({ fd, bytes, stretch: { offset, length, digest } }: Fill): string | null {
  const hash = createHash("sha256");
  for (let filled = 0; filled < length;) {
    const most = Math.min(PIECE, length - filled);
    const count = readSync(fd, bytes, filled, most, offset + filled);
    if (count === 0) return TOO_SHORT;
    hash.update(bytes.subarray(filled, filled + count));
    filled += count;
  }
  return hash.digest("hex") === digest ? null : NOT_ITS_DIGEST;
}

function fillInLanes(addon: HashAddon, fills: readonly Fill[]): (string | null)[] {
  const { digests, faults } = addon.read(
    fills.map(({ bytes }) => bytes),
    fills.map(({ fd }) => fd),
    fills.map(({ stretch }) => stretch.offset),
  );
  return digestTexts(digests).map((text, place) => {
    const { file, digest } = fills[place]!.stretch;
    const number = faults[place]!;
    if (number > 0) throw readError(number, file);
    if (number < 0) return TOO_SHORT;
    return text === digest ? null : NOT_ITS_DIGEST;
  });
}

function readError(number: number, path: string): Error {
  const code = getSystemErrorName(-number);
  const error = new Error(`${code}: a pack could not be read, '${path}'`);
  return Object.assign(error, { errno: -number, code, syscall: "read", path });
}
