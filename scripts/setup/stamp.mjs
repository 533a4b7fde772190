import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root, stateFolder } from "./folders.mjs";

const skipped = new Set(["node_modules", "dist", "out", ".venv", "__pycache__", "demo"]);

/**
 * Does a step unless it has been done with the same inputs and its results are there: this is what
 * makes the set-up resumable, and quick the second time.
 *
 * `inputs` are files or folders below the root; `results` are paths that must exist.
 */
export async function once(name, { inputs, results, version = "" }, work) {
  const path = join(stateFolder, `${name}.stamp`);
  const digest = digestOf(inputs, version);
  const done =
    existsSync(path) &&
    readFileSync(path, "utf8") === digest &&
    results.every((result) => existsSync(result));
  if (done) return false;
  await work();
  mkdirSync(stateFolder, { recursive: true });
  writeFileSync(path, digest);
  return true;
}

function digestOf(inputs, version) {
  const hash = createHash("sha256").update(version);
  for (const input of inputs) {
    for (const file of filesOf(join(root, input))) hash.update(file).update(readFileSync(file));
  }
  return hash.digest("hex");
}

function* filesOf(path) {
  if (!existsSync(path)) return;
  if (statSync(path).isFile()) return yield path;
  for (const name of readdirSync(path).sort()) {
    if (!skipped.has(name) && !name.endsWith(".tsbuildinfo")) yield* filesOf(join(path, name));
  }
}
