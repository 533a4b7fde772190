import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync } from "node:fs";
import { rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { AddonNotCompiled } from "../errors/addon-errors.js";
import { faultOf, recordFile } from "./loaded-file.js";
import type { LoadedFile } from "./loaded-file.js";
import { faultOfRun } from "./run-program.js";

/** What an addon is compiled from. */
export interface AddonSource {
  /** The compiled file's, without its ending. */
  name: string;
  /** The folder of its sources and headers. */
  folder: string;
  sources: readonly string[];
  headers: readonly string[];
  flags: readonly string[];
  /** What else the compiler is told; not part of the addon's name. */
  places: readonly string[];
  /** Its folder is named by this and by what it is compiled from. */
  prefix: string;
}

export type AddonState = { status: "ready"; path: string } | { status: "missing"; reason: string };

const require = createRequire(import.meta.url);
const common = ["-std=c++17", "-O3", "-fPIC", "-shared"];
const nodeApi = ["-DNAPI_VERSION=8", "-DBUILDING_NODE_EXTENSION"];

/**
 * The flags of an addon: those that all have, around its own.
 *
 * @example addonFlags("-ffp-contract=off");
 */
export function addonFlags(...own: string[]): string[] {
  return [...common, ...own, ...nodeApi];
}

/** The folder of what this user's Forkpoint has compiled or fetched for itself. */
export function cacheFolder(): string {
  return join(process.env["XDG_CACHE_HOME"] || join(homedir(), ".cache"), "forkpoint");
}

/** What an addon is built from: its sources and flags, as twelve hexadecimal digits. */
export function sourceDigest({ folder, sources, headers, flags }: AddonSource): string {
  const hash = createHash("sha256").update(flags.join(" "));
  for (const source of [...sources, ...headers]) hash.update(readFileSync(join(folder, source)));
  return hash.digest("hex").slice(0, 12);
}

// Named by sources and flags, so that versions of Forkpoint on one machine do not get in each other's way.
function folderOf(source: AddonSource): string {
  return `${source.prefix}-${sourceDigest(source)}`;
}

/**
 * Whether an addon is there and still the one that was compiled.
 *
 * @example
 * const addon = inspectCompiled(source);
 * if (addon.status === "ready") process.dlopen({ exports: {} }, addon.path);
 */
export function inspectCompiled(source: AddonSource): AddonState {
  const folder = folderOf(source);
  const record = join(folder, "complete.json");
  if (!existsSync(record)) return { status: "missing", reason: `${source.name} is not compiled.` };
  const file = JSON.parse(readFileSync(record, "utf8")) as LoadedFile;
  const path = join(folder, file.path);
  const reason = faultOf(path, file);
  return reason ? { status: "missing", reason } : { status: "ready", path };
}

/**
 * Compiles an addon with g++ (or `CXX`), unless it is there. A few seconds. Appears under its final
 * name by one rename.
 *
 * @throws AddonNotCompiled with the compiler's output
 */
export async function compileSource(source: AddonSource): Promise<void> {
  if (inspectCompiled(source).status === "ready") return;
  const folder = folderOf(source);
  mkdirSync(dirname(folder), { recursive: true, mode: 0o700 });
  const work = mkdtempSync(`${folder}.partial-`);
  try {
    const { include_dir: include } = require("node-api-headers") as { include_dir: string };
    const file = `${source.name}.node`;
    const path = join(work, file);
    const fault = await faultOfRun(process.env["CXX"] || "g++", [
      ...[...source.flags, `-I${include}`],
      ...source.sources.map((each) => join(source.folder, each)),
      ...[...source.places, "-lpthread", "-o", path],
    ]);
    if (fault !== null) throw new AddonNotCompiled({ addon: source.name, output: fault });
    const record = await recordFile(work, file);
    writeFileSync(join(work, "complete.json"), JSON.stringify(record, null, 2));
    rmSync(folder, { recursive: true, force: true });
    renameSync(work, folder);
  } finally {
    if (existsSync(work)) rmSync(work, { recursive: true, force: true });
  }
}

/**
 * Loads an addon into this thread.
 *
 * @throws Error with the reason when it is not there
 * @example const addon = loadCompiled(inspectCompiled(source)) as GraphAddon;
 */
export function loadCompiled(state: AddonState): unknown {
  if (state.status !== "ready") throw new Error(state.reason);
  const module = { exports: {} };
  process.dlopen(module, state.path);
  return module.exports;
}
