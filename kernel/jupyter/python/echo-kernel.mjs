// A kernel with one small package of its own: what the tests talk to.
import { writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { startKernel } from "@forkpoint/jupyter";

const directory = join(dirname(fileURLToPath(import.meta.url)), "toy");
const note = process.env.ECHO_SHUTDOWN_NOTE;

await startKernel({
  connectionFile: process.argv[2],
  implementation: { name: "echo", version: "1.0.0" },
  banner: "A kernel for tests",
  typeErrors: process.env.ECHO_TYPE_ERRORS,
  packages: { toy: { directory, load: () => import("./toy/index.js") } },
  async onShutdown({ restart }) {
    if (!note) return;
    await new Promise((resolve) => setTimeout(resolve, 300));
    writeFileSync(note, restart ? "restart" : "shutdown");
  },
});
