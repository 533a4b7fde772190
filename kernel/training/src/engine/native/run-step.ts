import { faultOfRun } from "@forkpoint/checkpoints";
import { NativeInstallFailed } from "../../errors/engine.js";

/** Runs one program of the installation to its end. @throws NativeInstallFailed with its output. */
export async function runStep(step: string, command: string, parameters: string[]): Promise<void> {
  const fault = await faultOfRun(command, parameters);
  if (fault !== null) throw new NativeInstallFailed(step, fault);
}
