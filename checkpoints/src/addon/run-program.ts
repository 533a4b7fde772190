import { spawn } from "node:child_process";

/**
 * Runs one program of an installation to its end.
 *
 * @returns what it printed, or why it did not run, if it failed; else null
 * @example const fault = await faultOfRun("g++", ["--version"]);
 */
export function faultOfRun(program: string, parameters: readonly string[]): Promise<string | null> {
  return new Promise((resolve) => {
    const child = spawn(program, parameters, { stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding("utf8").on("data", (text: string) => (output += text));
    child.on("error", (error) => resolve(error.message));
    child.on("close", (code) =>
      resolve(code === 0 ? null : output.trim() || `${program} ended with ${code}.`),
    );
  });
}
