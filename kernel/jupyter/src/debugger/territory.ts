import { isAbsolute } from "node:path";
import { fileURLToPath } from "node:url";

/** What gives, in main, the object that holds all cells' names. */
export const CELLS = `globalThis[Symbol.for("forkpoint.cells")]`;

const OWN_FOLDER = fileURLToPath(new URL("..", import.meta.url));
const escaped = OWN_FOLDER.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

/** What stepping and exceptions pass through: Node, packages, and the kernel itself. */
export const NOT_THE_USERS = ["^node:", "/node_modules/", `^(file://)?${escaped}`];

/**
 * The path of a script that is a file of the user's; null for every other.
 *
 * @example userFileOf("file:///home/me/model.ts?2") // "/home/me/model.ts"
 */
export function userFileOf(url: string): string | null {
  if (!url.startsWith("file:") && !isAbsolute(url)) return null;
  const path = url.startsWith("file:") ? fileURLToPath(new URL(url)) : url;
  return path.includes("/node_modules/") || path.startsWith(OWN_FOLDER) ? null : path;
}
