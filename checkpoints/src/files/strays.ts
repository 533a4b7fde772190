import { removeIfThere } from "./durable.js";

/** Who removes files of refused writes. */
export interface StrayKeeper {
  strays: Set<string>;
}

/**
 * Removes the files of a write that was refused. One that cannot be removed now, as the disk fails,
 * is kept in mind: why the write was refused is what the caller is to hear.
 *
 * @example discard(context, [temporary, packFile(path, id)]);
 */
export function discard({ strays }: StrayKeeper, files: readonly string[]): void {
  for (const file of files) {
    try {
      removeIfThere(file);
    } catch (error) {
      if (typeof (error as NodeJS.ErrnoException).code !== "string") throw error;
      strays.add(file);
    }
  }
}

/** Removes what could not be removed before. Throws the system's error. @example clearStrays(context) */
export function clearStrays({ strays }: StrayKeeper): void {
  for (const file of strays) {
    removeIfThere(file);
    strays.delete(file);
  }
}
