import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { SetupFailed, run } from "./terminal.mjs";

const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/**
 * The Chromium for the browser tests: `FORKPOINT_CHROMIUM`, else one on PATH, else Debian's, which
 * is installed when this user may.
 */
export async function findChromium() {
  const named = process.env.FORKPOINT_CHROMIUM;
  if (named) {
    if (existsSync(named)) return named;
    throw new SetupFailed(
      "Chromium",
      `FORKPOINT_CHROMIUM names ${named}, which is not there.`,
      "nothing",
    );
  }
  const found = onPath();
  if (found) return found;
  const root = process.getuid?.() === 0;
  if (root && spawnSync("apt-get", ["--version"]).status === 0) {
    const env = { DEBIAN_FRONTEND: "noninteractive" };
    await run("Debian package lists", "apt-get", ["update", "-qq"], { env });
    await run(
      "Chromium",
      "apt-get",
      ["install", "-y", "-qq", "--no-install-recommends", "chromium"],
      { env },
    );
    const installed = onPath();
    if (installed) return installed;
  }
  throw new SetupFailed(
    "Chromium",
    'The browser tests need Chromium: install it (Debian, as root: "apt-get install chromium") or name one in FORKPOINT_CHROMIUM.',
    "nothing",
  );
}

function onPath() {
  for (const folder of (process.env.PATH ?? "").split(delimiter)) {
    for (const name of names) if (existsSync(join(folder, name))) return join(folder, name);
  }
  return null;
}
