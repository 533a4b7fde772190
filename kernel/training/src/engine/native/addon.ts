import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  addonFlags,
  AddonNotCompiled,
  compileSource,
  inspectCompiled,
  loadCompiled,
  sourceDigest,
} from "@forkpoint/checkpoints";
import type { AddonSource, AddonState } from "@forkpoint/checkpoints";
import { NativeInstallFailed } from "../../errors/engine.js";
import { inspectNative, nativeFolder } from "./library.js";

// Inside the native backend's folder, which it links against.
function source(): AddonSource {
  const native = nativeFolder();
  return {
    name: "graph_session",
    // Beside `src` and `dist`.
    folder: fileURLToPath(new URL("../../../native/", import.meta.url)),
    sources: ["graph_session.cc", "row_program.cc"],
    headers: ["adamw.h", "pool.h", "row_loops.h", "row_program.h"],
    flags: addonFlags("-ffp-contract=off", "-fno-math-errno", "-fno-trapping-math"),
    places: [
      ...[`-I${join(native, "include")}`, `-L${join(native, "lib")}`],
      ...["-l:libtensorflow_cc.so.2", "-l:libtensorflow_framework.so.2"],
      `-Wl,-rpath,${join(native, "lib")}`,
    ],
    prefix: join(native, "graph"),
  };
}

/** What the addon is built from: its sources and flags, as twelve hexadecimal digits. */
export function addonDigest(): string {
  return sourceDigest(source());
}

/**
 * Whether the addon that runs compiled graphs is there and still the one that was compiled.
 *
 * @example
 * const addon = inspectAddon();
 * if (addon.status === "ready") process.dlopen({ exports: {} }, addon.path);
 */
export function inspectAddon(): AddonState {
  const native = inspectNative();
  if (native.status !== "ready") return { status: "missing", reason: native.reason };
  return inspectCompiled(source());
}

/**
 * Compiles the addon against the native backend that is installed; nothing to do when it is there.
 * About 2 s.
 *
 * @throws NativeInstallFailed with the compiler's output.
 */
export async function compileAddon(): Promise<void> {
  try {
    await compileSource(source());
  } catch (error) {
    if (!(error instanceof AddonNotCompiled)) throw error;
    throw new NativeInstallFailed("compile", String(error.data["output"]));
  }
}

/** The functions of the addon, `native/graph_session.cc`; `session` is opaque. */
export interface GraphAddon {
  open(threads: number): object;
  extend(session: object, graph: Uint8Array, prefix: string): void;
  place(session: object, sizes: Int32Array, decays: Uint8Array): void;
  copy(session: object, group: 0 | 1 | 2, values: Float32Array, write: boolean): void;
  copyOut(
    session: object,
    weights: Float32Array,
    m: Float32Array,
    v: Float32Array,
  ): Promise<number>;
  plan(
    session: object,
    feeds: string[],
    fetches: string[],
    weights: string[],
    gradients: string[],
    halves: 1 | 2,
  ): number;
  run(
    session: object,
    plan: number,
    fed: GraphArray[],
    fetched: GraphArray[],
    update: Float32Array,
  ): void;
  close(session: object): void;
}

export type GraphArray = Float32Array | Int32Array | Uint8Array;

let loaded: GraphAddon | null = null;

/**
 * Loads the addon into this thread.
 *
 * @throws Error with the reason when it is not there.
 */
export function loadAddon(): GraphAddon {
  return (loaded ??= loadCompiled(inspectAddon()) as GraphAddon);
}
