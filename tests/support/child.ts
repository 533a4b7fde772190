import { spawn } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The root of the checkout. */
export const root = fileURLToPath(new URL("../../", import.meta.url));

/** The Python that reads what Forkpoint wrote. */
export const python = process.env["FORKPOINT_PYTHON"] ?? join(root, ".venv", "bin", "python");

export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** An empty folder of its own. */
export function emptyFolder(name: string): string {
  return mkdtempSync(join(tmpdir(), `forkpoint-${name}-`));
}

/** Runs a program to its end. */
export function runProgram(
  program: string,
  parameters: string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, parameters, {
      cwd: options.cwd ?? root,
      env: { ...process.env, ...options.env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let [stdout, stderr] = ["", ""];
    child.stdout.on("data", (data: Buffer) => (stdout += data.toString()));
    child.stderr.on("data", (data: Buffer) => (stderr += data.toString()));
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, stdout, stderr }));
  });
}

/** Runs a program that must succeed, and returns what it printed. */
export async function succeed(
  program: string,
  parameters: string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
): Promise<string> {
  const { code, stdout, stderr } = await runProgram(program, parameters, options);
  if (code !== 0)
    throw new Error(`${program} ${parameters.join(" ")} ended with ${code}:\n${stdout}\n${stderr}`);
  return stdout;
}
