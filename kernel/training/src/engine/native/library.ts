import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { cacheFolder, faultOf, sha256File } from "@forkpoint/checkpoints";
import type { LoadedFile } from "@forkpoint/checkpoints";

/** The TensorFlow build that the native backend links against, pinned by the digest of its wheel. */
export const tensorflowWheel = {
  requirement: "tensorflow-cpu==2.20.0",
  version: "2.20.0",
  pythonVersion: "3.11",
  platforms: ["manylinux_2_17_x86_64", "manylinux2014_x86_64"],
  sha256: "cf756bbe2d256e942ab5d0ad2c858fb40017581494febdb4387c149b1afde780",
} as const;

/** The files unpacked from the wheel, or built from it, that are loaded into a process. */
export const loadedFiles = [
  "lib/libtensorflow_cc.so.2",
  "lib/libtensorflow_framework.so.2",
  "tfjs_binding.node",
] as const;

/** What `complete.json` in the native folder records; written last, so its presence means complete. */
export interface NativeRecord {
  tensorflow: string;
  wheelSha256: string;
  tfjsNode: string;
  files: LoadedFile[];
}

export type NativeState =
  | { status: "ready"; folder: string; binding: string; record: NativeRecord }
  | { status: "missing"; folder: string; reason: string }
  | { status: "unsupported"; reason: string };

const require = createRequire(import.meta.url);

/** The folder of the installed `@tensorflow/tfjs-node` package, whose C++ sources are compiled. */
export function tfjsNodeFolder(): string {
  return dirname(require.resolve("@tensorflow/tfjs-node/package.json"));
}

/** The version of `@tensorflow/tfjs-node`, part of the engine's identity. */
export function tfjsNodeVersion(): string {
  return (require("@tensorflow/tfjs-node/package.json") as { version: string }).version;
}

/**
 * The per-user folder that holds the native backend, named by everything that it is built from.
 *
 * @example
 * nativeFolder(); // "/home/ada/.cache/forkpoint/native-2.20.0-cf756bbe2d25-tfjs-4.22.0-x64"
 */
export function nativeFolder(): string {
  const wheel = `${tensorflowWheel.version}-${tensorflowWheel.sha256.slice(0, 12)}`;
  return join(cacheFolder(), `native-${wheel}-tfjs-${tfjsNodeVersion()}-${process.arch}`);
}

/** Why this machine cannot have the native backend, or null when it can. */
export function unsupportedReason(): string | null {
  if (process.platform === "linux" && process.arch === "x64") return null;
  return `The native backend is built for Linux on x86-64; this is ${process.platform} on ${process.arch}, so the WebAssembly backend is used.`;
}

/**
 * Whether the native backend is there and still the one that was installed.
 *
 * Size, time and owner are compared on every load; the full digests only in {@link verifyNative},
 * because hashing 740 MB would delay each start by a third of a second.
 *
 * @example
 * const state = inspectNative();
 * if (state.status === "ready") process.dlopen({ exports: {} }, state.binding);
 */
export function inspectNative(): NativeState {
  const unsupported = unsupportedReason();
  if (unsupported) return { status: "unsupported", reason: unsupported };
  const folder = nativeFolder();
  const recordPath = join(folder, "complete.json");
  if (!existsSync(recordPath)) {
    return { status: "missing", folder, reason: "The native backend is not installed." };
  }
  const record = JSON.parse(readFileSync(recordPath, "utf8")) as NativeRecord;
  for (const file of record.files) {
    const fault = faultOf(join(folder, file.path), file);
    if (fault) return { status: "missing", folder, reason: fault };
  }
  return { status: "ready", folder, binding: join(folder, "tfjs_binding.node"), record };
}

/** Compares the full digests of the native backend's files with those recorded at installation. */
export async function verifyNative(state: NativeState): Promise<string[]> {
  if (state.status !== "ready") return [state.reason];
  const faults: string[] = [];
  for (const file of state.record.files) {
    const path = join(state.folder, file.path);
    if ((await sha256File(path)) !== file.sha256) faults.push(`${path} has changed.`);
  }
  return faults;
}
