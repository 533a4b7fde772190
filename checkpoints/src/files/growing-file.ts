import { constants } from "node:fs";
import { storeAddon } from "../addon/store-addon.js";
import { removeIfThere } from "./durable.js";
import { fileSystem } from "./file-system.js";

/** Where the body of a growing file may begin: at multiples of this many bytes. */
export const FILE_BLOCK = 4096;

const BLOCK = 1 << 20;
const BLOCKS = 6;
const LARGE_PAGE = 2 << 20;
// Past the page cache: it costs the processor a third, the disk begins at once instead of at the
// fsync, and what is hardly ever read again pushes nothing out. Not known to every system.
const { O_CREAT, O_EXCL, O_WRONLY, O_DIRECT = 0 } = constants;

/**
 * Makes a new file of which the body is written while it is still being made, by another thread, and
 * the beginning last; waits until the disk has it all. On failure no file is left, unless that fails
 * too.
 *
 * @param begin where the body begins, a multiple of FILE_BLOCK; the beginning fills the file up to
 *   there
 * @param most bytes that the body may take
 * @param make gives the body to `append`, which copies it, and returns the beginning; null if there is
 *   to be no file
 * @returns whether the file was made
 * @throws the system's error; what `make` throws
 * @example await growFile(file, 4096, 9_600_000, async (append) => { await append(w); return header; });
 */
export async function growFile(
  path: string,
  begin: number,
  most: number,
  make: (append: (bytes: Uint8Array) => Promise<void>) => Promise<Uint8Array | null>,
): Promise<boolean> {
  const file = openNew(path);
  let made = false;
  try {
    try {
      // The whole length at once: each write behind the end would cost an entry in the journal.
      fileSystem.ftruncateSync(file.plain ?? file.direct!, roundUp(begin + most));
      const body = bodyOf(file, begin);
      let beginning: Uint8Array | null;
      try {
        beginning = await make((bytes) => body.append(bytes));
      } finally {
        await body.end();
      }
      if (beginning) {
        const { length } = body;
        const head = bodyOf(file, 0);
        try {
          await head.append(beginning);
        } finally {
          await head.end();
        }
        const fd = file.plain ?? file.direct!;
        fileSystem.ftruncateSync(fd, begin + length);
        fileSystem.fsyncSync(fd);
        made = true;
      }
    } finally {
      if (file.direct !== null) fileSystem.closeSync(file.direct);
      if (file.plain !== null) fileSystem.closeSync(file.plain);
    }
  } catch (error) {
    removeIfThere(path);
    throw error;
  }
  if (!made) removeIfThere(path);
  return made;
}

interface OpenFile {
  path: string;
  /** For writes past the page cache, of whole blocks of the disk. */
  direct: number | null;
  /** For all others; opened when there is one. */
  plain: number | null;
}

function openNew(path: string): OpenFile {
  const open = (flags: number): number =>
    fileSystem.openSync(path, O_CREAT | O_EXCL | O_WRONLY | flags, 0o600);
  if (O_DIRECT !== 0) {
    try {
      return { path, direct: open(O_DIRECT), plain: null };
    } catch (error) {
      if (!isRefusal(error)) throw error;
      // Linux makes the file before it finds out that the file system cannot do this.
      removeIfThere(path);
    }
  }
  return { path, direct: null, plain: open(0) };
}

// One after the other from a place on; each is copied into a block that the disk can take it from.
function bodyOf(file: OpenFile, begin: number) {
  const writes: Promise<void>[] = [];
  let block: Uint8Array | null = null;
  let filled = 0;
  let length = 0;
  let failure: { error: unknown } | null = null;
  const send = (): void => {
    const [from, size, position] = [block!, filled, begin + length - filled];
    block = null;
    const write = put(file, from, size, position)
      .catch((error: unknown) => void (failure ??= { error }))
      .finally(() => giveBack(from));
    writes.push(write);
  };
  return {
    get length() {
      return length;
    },
    async append(bytes: Uint8Array): Promise<void> {
      for (let at = 0; at < bytes.byteLength;) {
        if (failure) throw failure.error;
        if (!block) {
          block = free.pop() ?? (await nextFree());
          filled = 0;
        }
        const piece = bytes.subarray(at, at + BLOCK - filled);
        block.set(piece, filled);
        filled += piece.byteLength;
        length += piece.byteLength;
        at += piece.byteLength;
        if (filled === BLOCK) send();
      }
    },
    // Also after a failure: nothing may be written any more when the file is closed.
    async end(): Promise<void> {
      if (block) send();
      await Promise.all(writes);
      if (failure) throw failure.error;
    },
  };
}

async function put(
  file: OpenFile,
  block: Uint8Array,
  size: number,
  position: number,
): Promise<void> {
  // Whole blocks of the disk; what is too much is cut off at the end.
  const whole = roundUp(size);
  for (let written = 0; written < size;) {
    const direct = file.direct !== null && file.plain === null;
    const fd = direct ? file.direct! : (file.plain ??= fileSystem.openSync(file.path, "r+"));
    const end = direct ? whole : size;
    try {
      const count = await fileSystem.write(fd, block, written, end - written, position + written);
      if (count === 0) {
        throw Object.assign(new Error("the disk took no more bytes"), { code: "ENOSPC" });
      }
      written += count;
    } catch (error) {
      if (!direct || !isRefusal(error)) throw error;
      // This disk has larger blocks, or a short write ended within one.
      file.plain ??= fileSystem.openSync(file.path, "r+");
    }
  }
}

function isRefusal(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === "EINVAL";
}

function roundUp(bytes: number): number {
  return Math.ceil(bytes / FILE_BLOCK) * FILE_BLOCK;
}

// Node's types leave it to those of browsers.
declare const WebAssembly: {
  Memory: new (pages: { initial: number; maximum: number }) => { buffer: ArrayBuffer };
};

// The disk takes bytes only from whole pages of memory. WebAssembly's begins at one, an ArrayBuffer
// anywhere. It has room for one large page more, as the first may begin within it.
const free: Uint8Array[] = [];
const waiting: ((block: Uint8Array) => void)[] = [];
let allocated = false;

function nextFree(): Promise<Uint8Array> | Uint8Array {
  if (!allocated) {
    allocated = true;
    const pages = (BLOCKS * BLOCK + LARGE_PAGE) / 65_536;
    const { buffer } = new WebAssembly.Memory({ initial: pages, maximum: pages });
    const begin = storeAddon()?.preferLargePages(new Uint8Array(buffer)) ?? 0;
    for (let at = 0; at < BLOCKS; at++)
      free.push(new Uint8Array(buffer, begin + at * BLOCK, BLOCK));
    return free.pop()!;
  }
  return new Promise((resolve) => waiting.push(resolve));
}

function giveBack(block: Uint8Array): void {
  const next = waiting.shift();
  if (next) next(block);
  else free.push(block);
}
