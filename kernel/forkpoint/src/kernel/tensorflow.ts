import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { KernelPackage } from "@forkpoint/jupyter";

type Part = Record<string, unknown>;

interface Tensorflow {
  env(): { set(flag: string, on: boolean): void };
}

// Each is looked for from whoever depends on it: only there it must be found.
const training = createRequire(fileURLToPath(import.meta.resolve("@forkpoint/training")));
const tfjs = createRequire(training.resolve("@tensorflow/tfjs"));

/** The parts of tfjs that notebooks import by their own names. */
const PARTS = ["@tensorflow/tfjs-core", "@tensorflow/tfjs-layers", "@tensorflow/tfjs-data"];

/**
 * TensorFlow.js as cells get it. A second copy, from the notebook's own folder, would have tensors
 * and backends that training does not know.
 *
 * @example Object.keys(tensorflowPackages())[0] // "@tensorflow/tfjs"
 */
export function tensorflowPackages(): Record<string, KernelPackage> {
  return {
    "@tensorflow/tfjs": {
      ...packageFrom(training, "@tensorflow/tfjs"),
      async load() {
        const tf = training("@tensorflow/tfjs") as Tensorflow;
        // Else the first tensor of a notebook prints an advertisement.
        tf.env().set("PROD", true);
        return tf;
      },
    },
    ...Object.fromEntries(PARTS.map((name) => [name, packageFrom(tfjs, name)])),
    "@tensorflow/tfjs-node": {
      directory: folderOf(training, "@tensorflow/tfjs-node"),
      load: () => (node ??= loadNode()),
    },
  };
}

let node: Promise<Part> | undefined;

// What the package's own index does, with the binding that was compiled for this machine: its own
// is looked for where nothing was installed. Where there is none, the next best backend serves.
async function loadNode(): Promise<Part> {
  // Not sooner: a kernel answers without.
  const { loadEngine } = await import("@forkpoint/training");
  const { tf } = await loadEngine();
  const folder = join(folderOf(training, "@tensorflow/tfjs-node"), "dist");
  const part = <T>(path: string): T => training(join(folder, path)) as T;
  const { nodeFileSystemRouter } = part<{ nodeFileSystemRouter: never }>("io/file_system.js");
  tf.io.registerLoadRouter(nodeFileSystemRouter);
  tf.io.registerSaveRouter(nodeFileSystemRouter);
  tf.registerCallbackConstructor(1, part<{ ProgbarLogger: never }>("callbacks.js").ProgbarLogger);
  return {
    ...tf,
    ...part<Part>("node.js"),
    io: { ...tf.io, ...part<Part>("io/index.js") },
    version: { ...tf.version, "tfjs-node": part<{ version: string }>("version.js").version },
  };
}

function packageFrom(require: NodeJS.Require, name: string): KernelPackage {
  return { directory: folderOf(require, name), load: async () => require(name) as unknown };
}

function folderOf(require: NodeJS.Require, name: string): string {
  return dirname(require.resolve(`${name}/package.json`));
}
