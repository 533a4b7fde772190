import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { CommandError } from "./command-error.js";
import { findPython, pythonEnvironment } from "./python.js";

/**
 * Executes a notebook through nbclient, waits for the training behind its cells (or stops it at a
 * step boundary), and writes it with outputs and widget state.
 *
 * @throws CommandError "NotebookNotFound", "NotebookFailed".
 */
export async function runNotebook(
  notebook: string,
  options: { output?: string; wait: boolean; timeout?: string },
): Promise<void> {
  const path = resolve(notebook);
  if (!existsSync(path))
    throw new CommandError("NotebookNotFound", `There is no notebook ${path}.`, { path });
  const python = findPython();
  const script = fileURLToPath(new URL("../../python/run_notebook.py", import.meta.url));
  const output = resolve(options.output ?? notebook);
  const child = spawn(
    python.python,
    [
      ...[script, path, output],
      ...(options.wait ? [] : ["--no-wait"]),
      ...(options.timeout ? ["--timeout", options.timeout] : []),
    ],
    { env: pythonEnvironment(python), stdio: "inherit" },
  );
  const code = await new Promise<number>((ended) =>
    child.on("close", (status) => ended(status ?? 1)),
  );
  if (code !== 0) {
    throw new CommandError(
      "NotebookFailed",
      `${notebook} did not run to its end; the cell and its error are above and in ${output}.`,
      { path, output },
    );
  }
}
