import { createHash } from "node:crypto";
import { closeSync, fstatSync, openSync, readSync, statSync } from "node:fs";
import { getSystemErrorName } from "node:util";
import { digestTexts } from "../hashing/digests.js";
import { hashAddon } from "../addon/store-addon.js";
import type { HashedReads } from "../addon/store-addon.js";

/** A stretch of a file and the digest that its bytes must give. */
export interface CheckedStretch {
  file: string;
  /** Bytes. */
  offset: number;
  length: number;
  /** sha256, hexadecimal. */
  digest: string;
}

/** Why a stretch could not be read as it should be; null: it was. */
export type Fault = string | null;

/**
 * Reads a stretch of a file, hashing each piece while the processor still has it at hand.
 *
 * @throws the system's error, other than for a file that is not there
 * @example if (checkStretch({ file, offset: 512, length: 4096, digest }) === null) whole();
 */
export function checkStretch(stretch: CheckedStretch): Fault {
  const files = checkedFiles();
  try {
    return files.fill([stretch])[0]!;
  } finally {
    files.close();
  }
}

/** Reads stretches of files. */
export interface CheckedFiles {
  /**
   * Fills each of `into`, which is as long as its stretch, and checks it; several at once, where the addon
   * is there. Without `into` they are only checked, in memory that is used again.
   */
  fill(stretches: readonly CheckedStretch[], into?: readonly Uint8Array[] | null): Fault[];
  /** As fill, on two other threads; null without the addon. One at a time. */
  fillBeside:
    | ((stretches: readonly CheckedStretch[], into: readonly Uint8Array[]) => Promise<Fault[]>)
    | null;
  close(): void;
}

const PIECE = 1 << 20;
const MOST_OPEN = 16;
/** Threads that read at once, wherever several do. */
export const THREADS = 2;
const GONE = "the file of the pack is gone";
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
  const addon = hashAddon();
  let scratch = new Uint8Array(0);
  const begin = (
    stretches: readonly CheckedStretch[],
    into: readonly Uint8Array[] | null,
  ): { faults: Fault[]; fills: Fill[] } => {
    if (open.size > MOST_OPEN) close();
    const faults: Fault[] = stretches.map(() => null);
    const fills: Fill[] = [];
    for (const [at, stretch] of stretches.entries()) {
      const { file, offset, length } = stretch;
      const found = opened(file);
      // Before any allocation: the catalog may come from elsewhere.
      if (!found) faults[at] = GONE;
      else if (offset + length > found.size) faults[at] = TOO_SHORT;
      else fills.push({ at, stretch, bytes: into?.[at] ?? scratch, fd: found.fd });
    }
    return { faults, fills };
  };
  const ownMemory = (fills: readonly Fill[]): void => {
    const bytes = fills.reduce((sum, { stretch }) => sum + stretch.length, 0);
    // Not filled with zeros first: nobody sees it.
    if (scratch.length < bytes) scratch = new Uint8Array(Buffer.allocUnsafeSlow(bytes).buffer);
    let at = 0;
    for (const fill of fills) {
      fill.bytes = scratch.subarray(at, at + fill.stretch.length);
      at += fill.stretch.length;
    }
  };
  return {
    close,
    fill(stretches, into) {
      const { faults, fills } = begin(stretches, into ?? null);
      if (!into) ownMemory(fills);
      const met = addon
        ? faultsIn(fills, addon.read(...readingOf(fills)))
        : fills.map(fillByPieces);
      return withMet(faults, fills, met);
    },
    fillBeside:
      addon &&
      (async (stretches, into) => {
        const { faults, fills } = begin(stretches, into);
        const read = await addon.beginReading(...readingOf(fills), THREADS);
        return withMet(faults, fills, faultsIn(fills, read));
      }),
  };
}

/**
 * Why stretches cannot be read, as far as the sizes of their files tell: asked before memory is made for
 * what a catalog lists.
 *
 * @throws the system's error, other than for a file that is not there
 * @example const faults = faultsOfSizes(stretches);
 */
export function faultsOfSizes(stretches: readonly CheckedStretch[]): Fault[] {
  const sizes = new Map<string, number | null>();
  return stretches.map(({ file, offset, length }) => {
    let size = sizes.get(file);
    if (size === undefined) {
      size = statSync(file, { throwIfNoEntry: false })?.size ?? null;
      sizes.set(file, size);
    }
    if (size === null) return GONE;
    return offset + length > size ? TOO_SHORT : null;
  });
}

/** A stretch, where it comes from and goes to. */
interface Fill {
  at: number;
  stretch: CheckedStretch;
  bytes: Uint8Array;
  fd: number;
}

/** The faults of all stretches: those met before reading, and those that the fills met. */
function withMet(faults: Fault[], fills: readonly Fill[], met: readonly Fault[]): Fault[] {
  for (const [place, { at }] of fills.entries()) faults[at] = met[place]!;
  return faults;
}

function fillByPieces({ fd, bytes, stretch: { offset, length, digest } }: Fill): Fault {
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

function readingOf(
  fills: readonly Fill[],
): [arrays: Uint8Array[], files: number[], offsets: number[]] {
  return [
    fills.map(({ bytes }) => bytes),
    fills.map(({ fd }) => fd),
    fills.map(({ stretch }) => stretch.offset),
  ];
}

function faultsIn(fills: readonly Fill[], { digests, faults }: HashedReads): Fault[] {
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
