import { createRequire, enableCompileCache } from "node:module";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { currentKernel, startKernel } from "@forkpoint/jupyter";

const require = createRequire(import.meta.url);
const { version } = require("../../package.json") as { version: string };
const connectionFile = process.argv[2];
if (!connectionFile) {
  process.stderr.write("This is Forkpoint's kernel; Jupyter starts it with a connection file.\n");
  process.exit(2);
}

const folderOf = (name: string): string => dirname(require.resolve(`${name}/package.json`));

// What V8 made of TypeScript and ourselves is kept: loading is a third of the start without it.
enableCompileCache(join(homedir(), ".cache", "forkpoint", "compiled"));

// Loaded with the first import of it: a kernel answers sooner without.
let training: Promise<typeof import("./training.js")> | null = null;

await startKernel({
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
    "@tensorflow/tfjs": {
      directory: folderOf("@tensorflow/tfjs"),
      async load() {
        const tf = require("@tensorflow/tfjs") as {
          env(): { set(flag: string, on: boolean): void };
        };
        // Else the first tensor of a notebook prints an advertisement.
        tf.env().set("PROD", true);
        return tf;
      },
    },
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
