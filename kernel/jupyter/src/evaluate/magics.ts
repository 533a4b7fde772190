import { spawn } from "node:child_process";
import { delimiter, dirname } from "node:path";
import { CommandFailed } from "../errors.js";

/** A command that a cell asks for in a comment of its own line. */
const MAGIC = /^\/\/![ \t]*(?:(npm[ \t].*)|sh[ \t]+(.*))$/gm;

/**
 * The commands of a cell's magic lines, `//! npm install x` and `//! sh …`, in their order.
 *
 * @example magicsOf("//! sh ls\nlet a = 1") // ["ls"]
 */
export function magicsOf(code: string): string[] {
  if (!code.includes("//!")) return [];
  return [...code.matchAll(MAGIC)].map(([, npm, sh]) => (npm ?? sh)!.trim());
}

/**
 * Runs a command in the notebook's folder; what it prints is printed by the cell.
 *
 * @param stopped rejects when the cell is interrupted: the command is ended with all it started
 * @throws {CommandFailed} when it ends with an error
 * @example await runCommand("npm install left-pad", process.cwd(), stopped)
 */
export async function runCommand(
  command: string,
  cwd: string,
  stopped: Promise<never>,
): Promise<void> {
  const child = spawn(command, {
    cwd,
    shell: true,
    // A group of its own, so that an interrupt reaches what the shell started.
    detached: process.platform !== "win32",
    stdio: ["ignore", "pipe", "pipe"],
    env: environment(),
  });
  child.stdout.on("data", (data: Buffer) => process.stdout.write(data));
  child.stderr.on("data", (data: Buffer) => process.stderr.write(data));
  const ended = new Promise<number | string>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => resolve(code ?? signal ?? "unknown"));
  });
  try {
    const status = await Promise.race([ended, stopped]);
    if (status !== 0) throw new CommandFailed(command, status);
  } catch (error) {
    if (child.exitCode === null && child.pid !== undefined) end(child.pid);
    throw error;
  }
}

function environment(): NodeJS.ProcessEnv {
  // A kernel that an npm script started has that npm's settings, its folder among them.
  const kept = Object.entries(process.env).filter(([name]) => !name.startsWith("npm_"));
  // The Node that runs the kernel, and the npm beside it, come first.
  const path = [dirname(process.execPath), process.env["PATH"]].join(delimiter);
  return { ...Object.fromEntries(kept), PATH: path, FORCE_COLOR: "1" };
}

function end(pid: number): void {
  try {
    process.kill(process.platform === "win32" ? pid : -pid, "SIGTERM");
  } catch (error) {
    // It may have ended by itself meanwhile.
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
