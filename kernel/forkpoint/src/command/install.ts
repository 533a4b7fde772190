import { AddonNotCompiled, compileStoreAddon, inspectStoreAddon } from "@forkpoint/checkpoints";
import { installNative } from "@forkpoint/training";
import { installExtension } from "./extension.js";
import { installKernelspec } from "./kernelspec.js";
import { findPython } from "./python.js";

/** Installs what lies outside npm: native backend, kernelspec and JupyterLab extension. */
export async function install(options: { native: boolean }): Promise<void> {
  const python = findPython();
  const say = (sentence: string): void => void process.stdout.write(`${sentence}\n`);
  say(`kernel: ${installKernelspec(python.prefix)}`);
  say(`JupyterLab extension: ${installExtension(python.prefix)}`);
  if (!options.native) return;
  // First, for it needs no download; without it saves and restores take longer, and that is all.
  say(`fast hashing: ${await installHashing()}`);
  const state = await installNative({
    python: python.python,
    onProgress: (sentence) => say(`native backend: ${sentence}`),
  });
  say(`native backend: ${state.status === "ready" ? state.folder : state.reason}`);
}

async function installHashing(): Promise<string> {
  try {
    await compileStoreAddon();
  } catch (error) {
    if (!(error instanceof AddonNotCompiled)) throw error;
    return error.message;
  }
  const state = inspectStoreAddon();
  return state.status === "ready" ? state.path : state.reason;
}
