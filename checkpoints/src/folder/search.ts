import { lstatSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { STORE_FOLDER } from "./layout.js";

/**
 * Looks for a store: in this folder and upwards, as far as the home folder or the mount point.
 * A store of another user is passed over.
 *
 * @returns the path of the `.forkpoint` folder, or null
 * @example findStore("/home/ada/sonnets/notebooks") // "/home/ada/sonnets/.forkpoint"
 */
export function findStore(from: string): string | null {
  const home = resolve(homedir());
  let folder = resolve(from);
  const device = deviceOf(folder);
  for (;;) {
    const candidate = join(folder, STORE_FOLDER);
    if (isOwnFolder(candidate)) return candidate;
    const parent = dirname(folder);
    if (folder === home || parent === folder) return null;
    if (device !== null && deviceOf(parent) !== device) return null;
    folder = parent;
  }
}

/**
 * The numeric id of the user that owns a path, if that is not the current user; else null. Systems
 * without such ids always give null.
 *
 * @throws the system's error when the path is not there
 * @example foreignOwner("/srv/shared/.forkpoint") // 1001
 */
export function foreignOwner(path: string): number | null {
  const user = process.getuid?.();
  if (user === undefined) return null;
  // The link and what it points to: either one in foreign hands could be swapped under us.
  for (const stat of [lstatSync(path), statSync(path)]) {
    if (stat.uid !== user) return stat.uid;
  }
  return null;
}

function isOwnFolder(path: string): boolean {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat !== undefined && stat.isDirectory() && foreignOwner(path) === null;
}

function deviceOf(path: string): number | null {
  return statSync(path, { throwIfNoEntry: false })?.dev ?? null;
}
