import { fileURLToPath } from "node:url";
import { join } from "node:path";
import {
  addonFlags,
  cacheFolder,
  compileSource,
  inspectCompiled,
  loadCompiled,
} from "./compiled-addon.js";
import type { AddonSource, AddonState } from "./compiled-addon.js";

/** The functions of the store's addon, `native/store_addon.cc`. */
export interface StoreAddon {
  /** Whether this processor has what hashing needs. */
  hashes(): boolean;
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
  /**
   * Asks the system for pages of 2 MiB under memory that nothing was written to yet.
   *
   * @returns where the first of them begins in it, in bytes; 0 where there is none
   */
  preferLargePages(memory: Uint8Array): number;
}

/** What reading arrays came to. */
export interface HashedReads {
  /** 32 bytes after 32 bytes. */
  digests: Uint8Array<ArrayBuffer>;
  faults: number[];
}

function source(): AddonSource {
  return {
    name: "store_addon",
    // Beside `src` and `dist`.
    folder: fileURLToPath(new URL("../../native/", import.meta.url)),
    sources: ["store_addon.cc", "large_pages.cc"],
    headers: ["hash_work.h", "large_pages.h", "sha256_lanes.h"],
    ...{ flags: addonFlags(), places: [] },
    prefix: join(cacheFolder(), `store-addon-${process.arch}`),
  };
}

/**
 * Whether the addon is there that hashes several tensors at once and hands them to the disk in large
 * pages. Without it Node's own sha256 is used, which gives the same digests, one after the other.
 *
 * @example inspectStoreAddon().status; // "ready"
 */
export function inspectStoreAddon(): AddonState | { status: "unsupported"; reason: string } {
  if (process.platform === "linux" && process.arch === "x64") return inspectCompiled(source());
  const here = `${process.platform} on ${process.arch}`;
  return { status: "unsupported", reason: `It is for Linux on x86-64; this is ${here}.` };
}

/**
 * Compiles the store's addon; nothing to do where it is, or cannot be.
 *
 * @throws AddonNotCompiled with the compiler's output
 * @example await compileStoreAddon();
 */
export async function compileStoreAddon(): Promise<void> {
  if (inspectStoreAddon().status === "missing") await compileSource(source());
}

let loaded: StoreAddon | null | undefined;

/** The addon, loaded into this thread; null where it is not. */
export function storeAddon(): StoreAddon | null {
  if (loaded !== undefined) return loaded;
  const state = inspectStoreAddon();
  return (loaded = state.status === "ready" ? (loadCompiled(state) as StoreAddon) : null);
}

/** The addon where it can hash: null without it, or on a processor that lacks what that needs. */
export function hashAddon(): StoreAddon | null {
  const addon = storeAddon();
  return addon?.hashes() ? addon : null;
}
