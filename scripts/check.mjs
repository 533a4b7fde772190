import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { installPackages, modernNode } from "./setup/packages.mjs";
import { root } from "./setup/folders.mjs";

/** Types, rules (with the import arrows) and layout of every file. */
const steps = [
  ["types", ["node_modules/typescript/bin/tsc", "-b"]],
  ["ESLint", ["node_modules/eslint/bin/eslint.js", ".", "--max-warnings=0"]],
  ["Prettier", ["node_modules/prettier/bin/prettier.cjs", "--check", "--log-level=warn", "."]],
];

await installPackages();
for (const [name, [script, ...parameters]] of steps) {
  const { status } = spawnSync(modernNode(), [join(root, script), ...parameters], {
    cwd: root,
    stdio: "inherit",
  });
  console.log(`${name}: ${status === 0 ? "ok" : "failed"}`);
  if (status !== 0) process.exitCode = 1;
}
