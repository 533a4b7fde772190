import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { existsSync } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import { CommandError } from "./command-error.js";
import { findPython, pythonEnvironment } from "./python.js";

/**
 * Serves JupyterLab on 127.0.0.1 with a token and opens the notebook in a browser where there is
 * one. Ends with the server; Ctrl+C stops both.
 */
export async function lab(
  notebook: string | undefined,
  options: { port?: string; browser: boolean },
): Promise<void> {
  const python = findPython();
  if (!python.versions["jupyterlab"]) {
    throw new CommandError(
      "JupyterMissing",
      `${python.python} has no JupyterLab. Run "${python.python} -m pip install jupyterlab ipywidgets".`,
    );
  }
  const path = notebook && resolve(notebook);
  if (path && !existsSync(path)) {
    throw new CommandError("NotebookNotFound", `There is no notebook ${path}.`, { path });
  }
  const root = path ? dirname(path) : process.cwd();
  const server = spawn(
    python.python,
    [
      ...["-m", "jupyterlab", "--ServerApp.ip=127.0.0.1", `--ServerApp.root_dir=${root}`],
      ...(path ? [`--LabApp.default_url=/lab/tree/${encodeURIComponent(basename(path))}`] : []),
      ...(options.port ? [`--ServerApp.port=${options.port}`] : []),
      ...(options.browser && canOpenBrowser() ? [] : ["--no-browser"]),
      // Root is common in containers; the server still listens on this machine only.
      ...(process.getuid?.() === 0 ? ["--allow-root"] : []),
    ],
    { env: pythonEnvironment(python), stdio: ["inherit", "inherit", "pipe"] },
  );
  announce(server, path);
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.on(signal, () => server.kill(signal === "SIGINT" ? "SIGTERM" : signal));
  }
  process.exitCode = await new Promise<number>((ended) => {
    server.on("close", (code) => ended(code ?? 0));
  });
}

// Jupyter logs much; a user needs the address with its token, and what goes wrong.
function announce(server: ChildProcess, path: string | undefined): void {
  let log = "";
  let ready = false;
  server.stderr!.on("data", (data: Buffer) => {
    const text = data.toString();
    if (ready) {
      for (const line of text.split("\n")) {
        if (/^\[[EC] [^\]]*\] \S/.test(line) && !/received signal/.test(line))
          process.stderr.write(`${line}\n`);
      }
      return;
    }
    log += text;
    const address = /http:\/\/127\.0\.0\.1:\d+\/lab\S*/.exec(log)?.[0];
    if (!address) return;
    ready = true;
    const what = path ? ` with ${basename(path)}` : "";
    process.stdout.write(
      `\nJupyterLab is ready${what}:\n\n  ${address}\n\nPress Ctrl+C to stop.\n`,
    );
  });
  server.on("close", () => {
    if (!ready) process.stderr.write(log);
  });
}

function canOpenBrowser(): boolean {
  if (process.platform === "darwin") return true;
  return Boolean(
    process.env["DISPLAY"] || process.env["WAYLAND_DISPLAY"] || process.env["BROWSER"],
  );
}
