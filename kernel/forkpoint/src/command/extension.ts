import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { CommandError } from "./command-error.js";

const name = "@forkpoint/labextension";

function builtFolder(): string {
  const require = createRequire(import.meta.url);
  return join(dirname(require.resolve(`${name}/package.json`)), "out");
}

/** Copies the prebuilt JupyterLab extension under a prefix and returns its folder. */
export function installExtension(prefix: string): string {
  const built = builtFolder();
  if (!existsSync(join(built, "package.json"))) {
    throw new CommandError(
      "ExtensionNotBuilt",
      `The JupyterLab extension has not been built. Run "npm run setup" in Forkpoint's folder.`,
      { built },
    );
  }
  const folder = join(prefix, "share", "jupyter", "labextensions", name);
  const part = `${folder}.part`;
  rmSync(part, { recursive: true, force: true });
  mkdirSync(dirname(part), { recursive: true });
  // File names carry hashes, so the folder is replaced as a whole.
  cpSync(built, part, { recursive: true });
  rmSync(folder, { recursive: true, force: true });
  renameSync(part, folder);
  return folder;
}

/** What is wrong with the installed extension, or null. */
export function extensionFault(prefix: string): string | null {
  const installed = join(prefix, "share", "jupyter", "labextensions", name, "package.json");
  if (!existsSync(installed)) return `not installed in ${prefix}`;
  const built = join(builtFolder(), "package.json");
  if (!existsSync(built)) return null;
  return readFileSync(installed, "utf8") === readFileSync(built, "utf8")
    ? null
    : "older than the one built here";
}
