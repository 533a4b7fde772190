import { spawn } from "node:child_process";
import { createServer } from "node:net";
import { join } from "node:path";
import { root } from "./child.js";

export interface Lab {
  /** The address that was printed, with its token. */
  address: string;
  stop(): Promise<void>;
}

/** Starts `forkpoint lab` on a free port of 127.0.0.1 and waits for its address. */
export async function startLab(notebook: string): Promise<Lab> {
  const port = await freePort();
  const command = join(root, "kernel/forkpoint/bin/forkpoint.mjs");
  const server = spawn(
    process.execPath,
    [command, "lab", notebook, "--no-browser", "--port", String(port)],
    {
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
  let output = "";
  const address = await new Promise<string>((resolve, reject) => {
    const hear = (data: Buffer): void => {
      output += data.toString();
      const found = /http:\/\/127\.0\.0\.1:\d+\S+token=\S+/.exec(output)?.[0];
      if (found) resolve(found);
    };
    server.stdout.on("data", hear);
    server.stderr.on("data", hear);
    server.on("close", (code) => reject(new Error(`forkpoint lab ended with ${code}:\n${output}`)));
  });
  return {
    address,
    async stop() {
      const ended = new Promise((resolve) => server.on("close", resolve));
      server.kill("SIGTERM");
      await ended;
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
