import { existsSync } from "node:fs";
import { join } from "node:path";
import { bundleExtension, bundleReport, compile } from "./build.mjs";
import { root, stateFolder, venvPython } from "./folders.mjs";
import { installPackages, modernNode } from "./packages.mjs";
import { installJupyter } from "./python.mjs";
import { run, say } from "./terminal.mjs";

/**
 * Everything that `npm run lab` needs. Steps that have been done are skipped, so it can be
 * interrupted and called again at any time.
 */
export async function setUp() {
  const began = Date.now();
  const fresh = !existsSync(join(stateFolder, "packages.stamp"));
  say(fresh ? "Setting up Forkpoint (takes two to four minutes, once):" : "Checking the set-up:");
  await installPackages();
  await installJupyter();
  await compile();
  await bundleExtension();
  await bundleReport();
  await installParts();
  say(`Set-up complete after ${Math.round((Date.now() - began) / 1000)} s.`);
}

const command = join(root, "kernel", "forkpoint", "bin", "forkpoint.mjs");

async function installParts() {
  const env = { FORKPOINT_PYTHON: venvPython };
  await run("kernel and extension", modernNode(), [command, "install", "--no-native"], { env });
  try {
    await run("native backend", modernNode(), [command, "install"], { env });
  } catch (error) {
    // Training works without it, only slower; doctor names the command that tries again.
    say(`  ${error.message}\n  Going on without the native backend: training runs on WebAssembly.`);
  }
}

/** Calls the forkpoint command in place of this process's own work. */
export const forkpointCommand = { node: modernNode, script: command };
