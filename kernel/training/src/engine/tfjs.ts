import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { BackendUnavailable } from "../errors/engine.js";
import { inspectNative, tensorflowWheel, tfjsNodeFolder } from "./native/library.js";
import type { EngineIdentity } from "./identity.js";
import { instructionSetHere } from "./instruction-set.js";

export type Tensorflow = typeof import("@tensorflow/tfjs");
export type BackendName = "native" | "wasm" | "js";

export interface Engine {
  tf: Tensorflow;
  identity: EngineIdentity;
  /** How views name the engine, for example "native CPU (TensorFlow 2.20.0)". */
  title: string;
  /** Why a better engine does not run, as a sentence; null when the best one does. */
  reason: string | null;
}

const require = createRequire(import.meta.url);

/**
 * Loads tfjs with the best backend that runs here: native, else WebAssembly, else plain JavaScript.
 * `FORKPOINT_BACKEND` (native, wasm or js) insists on one.
 *
 * @throws BackendUnavailable when the backend insisted on cannot run.
 * @example
 * const { tf, title } = await loadEngine();
 */
export async function loadEngine(wanted = process.env["FORKPOINT_BACKEND"]): Promise<Engine> {
  const order: BackendName[] = ["native", "wasm", "js"];
  if (wanted && !order.includes(wanted as BackendName)) {
    throw new BackendUnavailable(wanted, "it is none of native, wasm and js.");
  }
  let reason: string | null = null;
  for (const name of wanted ? [wanted as BackendName] : order) {
    try {
      return { ...(await start[name]()), reason };
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      if (wanted) throw new BackendUnavailable(name, why);
      reason ??= `${why} Run "npx forkpoint install" for the native backend.`;
    }
  }
  throw new BackendUnavailable(order.join(", "), reason ?? "none could be loaded.");
}

const start: Record<BackendName, () => Promise<Omit<Engine, "reason">>> = {
  async native() {
    const state = inspectNative();
    if (state.status !== "ready") throw new Error(state.reason);
    process.env["TF_CPP_MIN_LOG_LEVEL"] ??= "2";
    restoreRemovedNodeFunctions();
    const tf = quietTensorflow();
    const binding = { exports: {} };
    process.dlopen(binding, state.binding);
    const folder = tfjsNodeFolder();
    require(join(folder, "dist/register_all_kernels.js"));
    const { NodeJSKernelBackend } = require(join(folder, "dist/nodejs_kernel_backend.js")) as {
      NodeJSKernelBackend: new (binding: object, name: string) => never;
    };
    tf.registerBackend(
      "tensorflow",
      () => new NodeJSKernelBackend(binding.exports, "@tensorflow/tfjs-node"),
    );
    await activate(tf, "tensorflow");
    return {
      tf,
      identity: identityOf(
        "native",
        `tensorflow-cpu ${tensorflowWheel.version}`,
        state.record.wheelSha256,
      ),
      title: `native CPU (TensorFlow ${tensorflowWheel.version})`,
    };
  },
  async wasm() {
    const tf = quietTensorflow();
    const entry = require.resolve("@tensorflow/tfjs-backend-wasm");
    const wasm = require(entry) as { setWasmPaths(prefix: string): void; version_wasm: string };
    wasm.setWasmPaths(join(dirname(entry), "/"));
    await activate(tf, "wasm");
    return {
      tf,
      identity: identityOf("wasm", `tfjs-backend-wasm ${wasm.version_wasm}`, null),
      title: "WebAssembly",
    };
  },
  async js() {
    const tf = quietTensorflow();
    await activate(tf, "cpu");
    return {
      tf,
      identity: identityOf("js", `tfjs ${tf.version.tfjs}`, null),
      title: "plain JavaScript",
    };
  },
};

async function activate(tf: Tensorflow, backend: string): Promise<void> {
  if (!(await tf.setBackend(backend))) throw new Error(`tfjs could not start "${backend}".`);
  await tf.ready();
}

function identityOf(backend: BackendName, library: string, digest: string | null): EngineIdentity {
  // WebAssembly and JavaScript give the same bits on every processor.
  const isa = backend === "native" ? instructionSetHere() : "any";
  const eager = { mode: "eager", addon: null } as const;
  return { backend, library, digest, ...eager, arch: process.arch, isa, tfjs: "4.22.0" };
}

/**
 * TensorFlow.js of this thread, whatever backend it has.
 *
 * @example tensorflowHere().Callback
 */
export function tensorflowHere(): Tensorflow {
  return quietTensorflow();
}

// tfjs prints an advertisement for tfjs-node, and warns of each kernel registered twice.
function quietTensorflow(): Tensorflow {
  const { warn } = console;
  console.warn = () => {};
  try {
    const tf = require("@tensorflow/tfjs") as Tensorflow;
    tf.env().set("IS_NODE", true);
    tf.env().set("PROD", true);
    return tf;
  } finally {
    console.warn = warn;
  }
}

// tfjs-node 4.22.0 still calls two functions that Node has deprecated and begun to remove.
function restoreRemovedNodeFunctions(): void {
  const old = require("node:util") as Record<string, unknown>;
  old["isNullOrUndefined"] = (value: unknown) => value === null || value === undefined;
  old["isArray"] = Array.isArray;
}
