import { createHash } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync } from "node:fs";
import { rmSync, statSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { faultOf, inspectNative, nativeFolder, sha256File } from "./library.js";
import type { LoadedFile } from "./library.js";
import { runStep } from "./run-step.js";

export type AddonState = { status: "ready"; path: string } | { status: "missing"; reason: string };

const require = createRequire(import.meta.url);
const sources = ["graph_session.cc", "row_program.cc"];
const headers = ["adamw.h", "pool.h", "row_loops.h", "row_program.h"];
const flags = [
  ...["-std=c++17", "-O3", "-fPIC", "-shared", "-ffp-contract=off"],
  ...["-fno-math-errno", "-fno-trapping-math"],
  ...["-DNAPI_VERSION=8", "-DBUILDING_NODE_EXTENSION"],
];

/** Our C++ sources; beside `src` and `dist`. */
function sourceFolder(): string {
  return fileURLToPath(new URL("../../../native/", import.meta.url));
}

/**
 * The folder of the compiled addon, inside the native backend's, named by its sources and flags, so
 * that versions of Forkpoint on one machine do not get in each other's way.
 */
function addonFolder(): string {
  return join(nativeFolder(), `graph-${addonDigest()}`);
}

/** What the addon is built from: its sources and flags, as twelve hexadecimal digits. */
export function addonDigest(): string {
  const hash = createHash("sha256").update(flags.join(" "));
  for (const source of [...sources, ...headers])
    hash.update(readFileSync(join(sourceFolder(), source)));
  return hash.digest("hex").slice(0, 12);
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
  const folder = addonFolder();
  const record = join(folder, "complete.json");
  if (!existsSync(record)) {
    return { status: "missing", reason: "The addon that runs compiled graphs is not built." };
  }
  const file = JSON.parse(readFileSync(record, "utf8")) as LoadedFile;
  const path = join(folder, file.path);
  const reason = faultOf(path, file);
  return reason ? { status: "missing", reason } : { status: "ready", path };
}

/**
 * Compiles the addon against the native backend that is installed; nothing to do when it is there.
 * About 2 s. Appears under its final name by one rename.
 *
 * @throws NativeInstallFailed with the compiler's output.
 */
export async function compileAddon(): Promise<void> {
  if (inspectAddon().status === "ready") return;
  const [native, folder] = [nativeFolder(), addonFolder()];
  mkdirSync(native, { recursive: true, mode: 0o700 });
  const work = mkdtempSync(`${folder}.partial-`);
  try {
    const nodeApi = (require("node-api-headers") as { include_dir: string }).include_dir;
    const path = join(work, "graph_session.node");
    await runStep("compile", process.env["CXX"] || "g++", [
      ...[...flags, `-I${nodeApi}`, `-I${join(native, "include")}`],
      ...sources.map((source) => join(sourceFolder(), source)),
      ...[
        `-L${join(native, "lib")}`,
        "-l:libtensorflow_cc.so.2",
        "-l:libtensorflow_framework.so.2",
      ],
      ...["-lpthread", `-Wl,-rpath,${join(native, "lib")}`, "-o", path],
    ]);
    chmodSync(path, 0o600);
    const { size, mtimeMs } = statSync(path);
    const record: LoadedFile = {
      ...{ path: "graph_session.node", size, mtimeMs },
      sha256: await sha256File(path),
    };
    writeFileSync(join(work, "complete.json"), JSON.stringify(record, null, 2));
    rmSync(folder, { recursive: true, force: true });
    renameSync(work, folder);
  } finally {
    if (existsSync(work)) rmSync(work, { recursive: true, force: true });
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
  if (loaded) return loaded;
  const state = inspectAddon();
  if (state.status !== "ready") throw new Error(state.reason);
  const module = { exports: {} };
  process.dlopen(module, state.path);
  return (loaded = module.exports as GraphAddon);
}
