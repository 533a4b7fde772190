import { spawnSync } from "node:child_process";
import { run, say } from "./terminal.mjs";

/**
 * Installs strace, by which a test sees the order in which the store writes, where this user may.
 * Without it that test says that it is skipped, and why.
 */
export async function installStrace() {
  if (process.platform !== "linux" || works("strace", "-V")) return;
  const root = process.getuid?.() === 0;
  if (!root || !works("apt-get", "--version")) {
    say("  strace is not here: the test of the order of writes is skipped.");
    return;
  }
  const env = { DEBIAN_FRONTEND: "noninteractive" };
  try {
    await run("Debian package lists", "apt-get", ["update", "-qq"], { env });
    const options = ["install", "-y", "-qq", "--no-install-recommends", "strace"];
    await run("strace", "apt-get", options, { env });
  } catch (error) {
    say(
      `  ${error.message}\n  Going on without strace: the test of the order of writes is skipped.`,
    );
  }
}

function works(command, word) {
  return spawnSync(command, [word], { stdio: "ignore" }).status === 0;
}
