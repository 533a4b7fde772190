import { spawn } from "node:child_process";
import { realpathSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { emptyFolder, python, root } from "./child.js";

/** What the JupyterLab that test files share shows: every folder that `emptyFolder` makes. */
export const servedFolder = realpathSync(tmpdir());

export interface Lab {
  /** The address that was printed, with its token. */
  address: string;
  stop(): Promise<void>;
}

/** Starts `forkpoint lab` on a free port of 127.0.0.1 and waits for its address. */
export async function startLab(notebook: string): Promise<Lab> {
  const command = join(root, "kernel/forkpoint/bin/forkpoint.mjs");
  const parameters = [command, "lab", notebook, "--no-browser", "--port", String(await freePort())];
  return serve(process.execPath, parameters);
}

/** Starts JupyterLab on a free port, for any notebook below the folder of temporary files. */
export async function startServer(): Promise<Lab> {
  return serve(python, [
    ...["-m", "jupyterlab", "--no-browser", "--allow-root", "--ServerApp.ip=127.0.0.1"],
    ...[`--ServerApp.port=${await freePort()}`, `--ServerApp.root_dir=${servedFolder}`],
  ]);
}

/** Starts Jupyter Notebook 7 on a free port; its address opens the notebook. */
export async function startNotebook(notebook: string): Promise<Lab> {
  const server = await serve(python, [
    ...["-m", "notebook", "--no-browser", "--allow-root", "--ServerApp.ip=127.0.0.1"],
    ...[`--ServerApp.port=${await freePort()}`, `--ServerApp.root_dir=${dirname(notebook)}`],
  ]);
  const address = new URL(server.address);
  address.pathname = `/notebooks/${encodeURIComponent(basename(notebook))}`;
  return { ...server, address: address.href };
}

async function serve(program: string, parameters: string[]): Promise<Lab> {
  // What whoever works here has set, and the layout that the test before left, are not the test's.
  const settings = emptyFolder("lab-settings");
  const env = {
    ...process.env,
    JUPYTERLAB_SETTINGS_DIR: join(settings, "user-settings"),
    JUPYTERLAB_WORKSPACES_DIR: join(settings, "workspaces"),
  };
  const server = spawn(program, parameters, { env, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  const address = await new Promise<string>((resolve, reject) => {
    const hear = (data: Buffer): void => {
      output += data.toString();
      const found = /http:\/\/127\.0\.0\.1:\d+\S+token=\S+/.exec(output)?.[0];
      if (found) resolve(found);
    };
    server.stdout.on("data", hear);
    server.stderr.on("data", hear);
    server.on("close", (code) => reject(new Error(`The server ended with ${code}:\n${output}`)));
  });
  return {
    address,
    async stop() {
      const ended = new Promise((resolve) => server.on("close", resolve));
      server.kill("SIGTERM");
      await ended;
      rmSync(settings, { recursive: true, force: true });
    },
  };
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.listen(0, "127.0.0.1", () => {
      const { port } = probe.address() as { port: number };
      probe.close(() => resolve(port));
    });
  });
}
