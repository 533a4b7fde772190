import { dirname } from "node:path";
import { fileSystem } from "./file-system.js";

/**
 * Writes all bytes at the end of an open file. A write on a nearly full disk can come back short
 * without an error, so it goes on until all is written or the system says why not.
 *
 * @throws the system's error (ENOSPC, EIO, …)
 * @example writeAll(fd, [header, body]);
 */
export function writeAll(fd: number, parts: readonly Uint8Array[]): void {
  for (const part of parts) {
    let written = 0;
    while (written < part.byteLength) {
      const count = fileSystem.writeSync(fd, part, written, part.byteLength - written);
      if (count === 0) {
        throw Object.assign(new Error("the disk took no more bytes"), { code: "ENOSPC" });
      }
      written += count;
    }
  }
}

/**
 * Makes a new file with these bytes and waits until the disk has them. On failure no file is left,
 * unless that fails too.
 *
 * @throws the system's error
 * @example writeDurably("/store/packs/.tmp-1-2", [bytes]);
 */
export function writeDurably(path: string, parts: readonly Uint8Array[]): void {
  const fd = fileSystem.openSync(path, "wx", 0o600);
  try {
    try {
      writeAll(fd, parts);
      fileSystem.fsyncSync(fd);
    } finally {
      fileSystem.closeSync(fd);
    }
  } catch (error) {
    removeIfThere(path);
    throw error;
  }
}

/**
 * Waits until the disk knows the names in the folder of this file.
 *
 * @throws the system's error
 * @example renameSync(temporary, path); syncFolderOf(path);
 */
export function syncFolderOf(path: string): void {
  // Windows can not open a folder; its file systems journal names by themselves.
  if (process.platform === "win32") return;
  const fd = fileSystem.openSync(dirname(path), "r");
  try {
    fileSystem.fsyncSync(fd);
  } finally {
    fileSystem.closeSync(fd);
  }
}

/**
 * Gives a file that the disk has its name, and waits until the disk knows the name.
 *
 * @throws the system's error
 * @example renameDurably(temporary, packFile(store, id));
 */
export function renameDurably(from: string, to: string): void {
  fileSystem.renameSync(from, to);
  syncFolderOf(to);
}

/**
 * Removes a file; one that is not there is fine.
 *
 * @throws the system's error, other than ENOENT
 * @example removeIfThere(temporary);
 */
export function removeIfThere(path: string): void {
  try {
    fileSystem.unlinkSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
}
