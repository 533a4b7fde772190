import { homedir } from "node:os";
import { join } from "node:path";

/**
 * The file where the history of a kernel of this name is kept: in the user's Jupyter data folder,
 * found as Jupyter itself finds it.
 *
 * @example historyFileOf("echo") // "/home/me/.local/share/jupyter/history/echo.sqlite"
 */
export function historyFileOf(kernelName: string, env: NodeJS.ProcessEnv = process.env): string {
  return join(dataFolder(env), "history", `${encodeURIComponent(kernelName)}.sqlite`);
}

function dataFolder(env: NodeJS.ProcessEnv): string {
  if (env["JUPYTER_DATA_DIR"]) return env["JUPYTER_DATA_DIR"];
  if (process.platform === "darwin") return join(homedir(), "Library", "Jupyter");
  if (process.platform === "win32") {
    return join(env["APPDATA"] ?? join(homedir(), "AppData", "Roaming"), "jupyter");
  }
  return join(env["XDG_DATA_HOME"] || join(homedir(), ".local", "share"), "jupyter");
}
