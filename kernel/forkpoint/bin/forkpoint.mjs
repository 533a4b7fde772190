#!/usr/bin/env node
// Plain JavaScript that old Nodes can read: it finds a Node that can run the rest.
import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

const needed = 24;
const own = Number(process.versions.node.split(".")[0]);

if (own >= needed) {
  await import("../dist/command/main.js");
} else {
  const node = bundledNode();
  if (!node) {
    console.error(
      `Forkpoint needs Node ${needed} or newer; this is Node ${process.versions.node}. Run "npm install" in its folder, which brings one.`,
    );
    process.exit(1);
  }
  const script = fileURLToPath(import.meta.url);
  const { status } = spawnSync(node, [script, ...process.argv.slice(2)], { stdio: "inherit" });
  process.exit(status ?? 1);
}

function bundledNode() {
  const require = createRequire(import.meta.url);
  const system = `${process.platform}-${process.arch}`;
  for (const name of [`node-${system}`, `node-bin-${system}`]) {
    try {
      return require.resolve(`${name}/bin/node`);
    } catch {
      // That package is for another system; the next name may fit.
    }
  }
  return null;
}
