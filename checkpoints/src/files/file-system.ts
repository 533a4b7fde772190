import {
  closeSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  renameSync,
  unlinkSync,
  write,
  writeSync,
} from "node:fs";

/**
 * The calls by which the store changes files. All go through this one place, so that each can be
 * made to fail or be watched in its turn.
 *
 * @example fileSystem.writeSync = () => { throw Object.assign(new Error(), { code: "EIO" }); };
 */
export const fileSystem = {
  closeSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  renameSync,
  unlinkSync,
  /** Begun at once, on a thread of the system's; resolves to the number of bytes written. */
  write: (
    fd: number,
    bytes: Uint8Array,
    offset: number,
    length: number,
    position: number,
  ): Promise<number> =>
    new Promise((resolve, reject) =>
      write(fd, bytes, offset, length, position, (error, count) =>
        error ? reject(error) : resolve(count),
      ),
    ),
  writeSync: (fd: number, bytes: Uint8Array, offset: number, length: number): number =>
    writeSync(fd, bytes, offset, length),
};
