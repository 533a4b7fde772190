import { existsSync } from "node:fs";
import { join } from "node:path";
import { root } from "./folders.mjs";
import { once } from "./stamp.mjs";
import { run } from "./terminal.mjs";

/** npm packages, Node 24 among them; no package runs code at its installation. */
export async function installPackages() {
  const results = [join(root, "node_modules", "typescript"), join(root, "node_modules", ".bin")];
  // The lock file is what is installed; package.json files only matter when they change it.
  await once("packages", { inputs: ["package-lock.json"], results }, () =>
    run("npm packages", "npm", ["ci", "--loglevel=error"], {
      cwd: root,
      advice: "Check that npm reaches its registry and call this again.",
    }),
  );
}

/** The Node 24 that came with the packages, or the running one where that is new enough. */
export function modernNode() {
  const system = `${process.platform}-${process.arch}`;
  for (const name of [`node-${system}`, `node-bin-${system}`]) {
    const path = join(root, "node_modules", name, "bin", "node");
    if (existsSync(path)) return path;
  }
  if (Number(process.versions.node.split(".")[0]) >= 24) return process.execPath;
  throw new Error(
    `Forkpoint needs Node 24 and npm has none for ${system}. Install Node 24 and call this again.`,
  );
}
