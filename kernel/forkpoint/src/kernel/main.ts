import { createRequire, enableCompileCache } from "node:module";
import { homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { currentKernel, startKernel } from "@forkpoint/jupyter";
import type { REPORT_TARGET } from "@forkpoint/wire";
import { tensorflowPackages } from "./tensorflow.js";

const require = createRequire(import.meta.url);
const { version } = require("../../package.json") as { version: string };
const connectionFile = process.argv[2];
if (!connectionFile) {
  process.stderr.write("This is Forkpoint's kernel; Jupyter starts it with a connection file.\n");
  process.exit(2);
}

// What V8 made of TypeScript and ourselves is kept: loading is a third of the start without it.
enableCompileCache(join(homedir(), ".cache", "forkpoint", "compiled"));

// Loaded with the first import of it: a kernel answers sooner without.
let training: Promise<typeof import("./training.js")> | null = null;

// Where the notebook lies; cells may go elsewhere.
const folder = process.cwd();

const kernel = await startKernel({
  connectionFile,
  implementation: { name: "forkpoint", version },
  banner: `Forkpoint ${version}: rewind, fork, compare and merge training, in TypeScript.`,
  packages: {
    forkpoint: {
      directory: fileURLToPath(new URL("../../", import.meta.url)),
      async load() {
        training ??= import("./training.js");
        await training;
        return import("../index.js");
      },
    },
    ...tensorflowPackages(),
  },
  onInterrupt() {
    training
      ?.then(({ pauseTraining }) => pauseTraining())
      .then(
        (sentences) => sentences.forEach((sentence) => console.log(sentence)),
        (error: unknown) => currentKernel()?.reportError(error),
      );
  },
  async onShutdown() {
    await (await training)?.closeStores();
  },
});

// By its value, so that a kernel does not load the wire to begin with.
const target: typeof REPORT_TARGET = "forkpoint.report";
kernel.comms.register(target, (comm, { data }) => {
  import("../report/kernel-reports.js")
    .then(({ answerReport }) => answerReport(kernel, comm, data, folder))
    .catch((error: unknown) => kernel.reportError(error));
});
