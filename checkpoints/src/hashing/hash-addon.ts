import { fileURLToPath } from "node:url";
import { join } from "node:path";
import {
  addonFlags,
  cacheFolder,
  compileSource,
  inspectCompiled,
  loadCompiled,
} from "../addon/compiled-addon.js";
import type { AddonSource, AddonState } from "../addon/compiled-addon.js";

/** The functions of the addon, `native/hash_lanes.cc`. */
export interface HashAddon {
  /** Whether this processor has what it needs. */
  supported(): boolean;
  /**
   * The sha256 of each, 32 bytes after 32 bytes, made by so many other threads; the arrays are to be left
   * alone meanwhile.
   */
  begin(arrays: readonly Uint8Array[], threads: number): Promise<Uint8Array<ArrayBuffer>>;
  /**
   * Fills each array from an open file, beginning at its offset, and hashes it. A fault is 0, the
   * system's error number, or -1 when the file is too short.
   */
  read(
    arrays: readonly Uint8Array[],
    files: readonly number[],
    offsets: readonly number[],
  ): HashedReads;
  /** As read, on so many other threads; the arrays are to be left alone, and the files open, meanwhile. */
  beginReading(
    arrays: readonly Uint8Array[],
    files: readonly number[],
    offsets: readonly number[],
    threads: number,
  ): Promise<HashedReads>;
}

/** What reading arrays came to. */
export interface HashedReads {
  /** 32 bytes after 32 bytes. */
  digests: Uint8Array<ArrayBuffer>;
  faults: number[];
}

function source(): AddonSource {
  return {
    name: "hash_lanes",
    // Beside `src` and `dist`.
    folder: fileURLToPath(new URL("../../native/", import.meta.url)),
    ...{ sources: ["hash_lanes.cc"], headers: ["sha256_lanes.h"], flags: addonFlags(), places: [] },
    prefix: join(cacheFolder(), `hashing-${process.arch}`),
  };
}

/**
 * Whether the addon that hashes several tensors at once is there. Without it Node's own sha256 is
 * used, which gives the same digests, one after the other.
 *
 * @example inspectHashing().status; // "ready"
 */
export function inspectHashing(): AddonState | { status: "unsupported"; reason: string } {
  if (process.platform === "linux" && process.arch === "x64") return inspectCompiled(source());
  const here = `${process.platform} on ${process.arch}`;
  return { status: "unsupported", reason: `It is for Linux on x86-64; this is ${here}.` };
}

/**
 * Compiles the addon that hashes several tensors at once; nothing to do where it is, or cannot be.
 *
 * @throws AddonNotCompiled with the compiler's output
 * @example await compileHashing();
 */
export async function compileHashing(): Promise<void> {
  if (inspectHashing().status === "missing") await compileSource(source());
}

let loaded: HashAddon | null | undefined;

/** The addon, loaded into this thread; null without it, or on a processor that lacks what it needs. */
export function hashAddon(): HashAddon | null {
  if (loaded !== undefined) return loaded;
  loaded = null;
  const state = inspectHashing();
  if (state.status !== "ready") return null;
  const addon = loadCompiled(state) as HashAddon;
  return (loaded = addon.supported() ? addon : null);
}
