import { spawn } from "node:child_process";
import { join } from "node:path";
import { forkpointCommand, setUp } from "./setup/all.mjs";
import { root } from "./setup/folders.mjs";

try {
  await setUp();
  const notebook = join(root, "notebooks", "01-train-and-rewind.ipynb");
  const parameters = [forkpointCommand.script, "lab", notebook, ...process.argv.slice(2)];
  const lab = spawn(forkpointCommand.node(), parameters, { stdio: "inherit" });
  for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => lab.kill(signal));
  process.exitCode = await new Promise((resolve) => lab.on("close", resolve));
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
