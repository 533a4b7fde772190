import { createRequire } from "node:module";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { currentKernel, startKernel } from "@forkpoint/jupyter";
import { openStores, setFailureListener } from "@forkpoint/training";
import { pauseTraining } from "./pause-training.js";

const require = createRequire(import.meta.url);
const { version } = require("../../package.json") as { version: string };
const connectionFile = process.argv[2];
if (!connectionFile) {
  process.stderr.write("This is Forkpoint's kernel; Jupyter starts it with a connection file.\n");
  process.exit(2);
}

const folderOf = (name: string): string => dirname(require.resolve(`${name}/package.json`));

setFailureListener((error) => currentKernel()?.reportError(error));

await startKernel({
  connectionFile,
  implementation: { name: "forkpoint", version },
  banner: `Forkpoint ${version}: rewind, fork, compare and merge training, in TypeScript.`,
  packages: {
    forkpoint: {
      directory: fileURLToPath(new URL("../../", import.meta.url)),
      load: () => import("../index.js"),
    },
    "@tensorflow/tfjs": {
      directory: folderOf("@tensorflow/tfjs"),
      load: async () => require("@tensorflow/tfjs") as unknown,
    },
  },
  onInterrupt() {
    const kernel = currentKernel();
    pauseTraining().then(
      (sentences) => sentences.forEach((sentence) => console.log(sentence)),
      (error: unknown) => kernel?.reportError(error),
    );
  },
  // A run stops at a step boundary with a checkpoint, so that running the cells again goes on.
  async onShutdown() {
    await Promise.all((await openStores()).map((store) => store.close()));
  },
});
