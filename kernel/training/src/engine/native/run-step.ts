import { spawn } from "node:child_process";
import { NativeInstallFailed } from "../../errors/engine.js";

/** Runs one program of the installation to its end. @throws NativeInstallFailed with its output. */
export function runStep(step: string, command: string, parameters: string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, parameters, { stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    child.stdout.on("data", (text: Buffer) => (output += text.toString()));
    child.stderr.on("data", (text: Buffer) => (output += text.toString()));
    child.on("error", (error) => reject(new NativeInstallFailed(step, error.message)));
    child.on("close", (code) => {
      if (code === 0) resolve();
      else reject(new NativeInstallFailed(step, output.trim() || `${command} ended with ${code}.`));
    });
  });
}
