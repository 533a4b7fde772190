import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import type { MovedManifest, PackManifest } from "../tensors/pack.js";
import { readHeader } from "../tensors/header-of-file.js";
import { isSoundManifest } from "./sound-manifest.js";
import type { StoredTensor } from "../catalog/stored-tensors.js";

/** A pack file as it tells of itself. */
export interface ScannedPack {
  id: string;
  bytes: number;
  createdAt: string;
  /** The tensors in it, by the digests that it states. */
  tensors: StoredTensor[];
  /** null for a pack of moved tensors. */
  manifest: PackManifest | null;
}

/**
 * Reads what the pack files of a store say about themselves, oldest first. `unreadable` are those
 * that say nothing to be relied on.
 *
 * @throws the system's error
 * @example scanPacks(store).packs.length
 */
export function scanPacks(
  store: string,
  only?: ReadonlySet<string>,
): { packs: ScannedPack[]; unreadable: string[] } {
  const packs: ScannedPack[] = [];
  const unreadable: string[] = [];
  for (const name of readdirSync(join(store, "packs")).sort()) {
    const id = /^([a-z0-9]{1,64})\.safetensors$/.exec(name)?.[1];
    if (id === undefined || (only && !only.has(name))) continue;
    const pack = scanPack(join(store, "packs", name), id);
    if (pack) packs.push(pack);
    else unreadable.push(name);
  }
  return { packs, unreadable };
}

function scanPack(file: string, id: string): ScannedPack | null {
  try {
    const header = readHeader(file);
    const manifest = JSON.parse(header.metadata["forkpoint"] ?? "null") as
      PackManifest | MovedManifest | null;
    if (manifest?.format !== "forkpoint-pack-1") return null;
    const digests =
      "kind" in manifest ? manifest.digests : digestsOfEntries(id, manifest as PackManifest);
    if (!digests) return null;
    const tensors: StoredTensor[] = [];
    for (const [entry, { begin, end }] of header.entries) {
      const digest = digests[entry];
      if (digest === undefined || !/^[0-9a-f]{64}$/.test(digest)) return null;
      tensors.push({
        digest,
        pack: id,
        entry,
        offset: header.dataStart + begin,
        length: end - begin,
      });
    }
    const own = "kind" in manifest ? null : manifest;
    const { size, mtime } = statSync(file);
    const createdAt = own?.checkpoint.createdAt ?? mtime.toISOString();
    return { id, bytes: size, createdAt, tensors, manifest: own };
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) return null;
    throw error;
  }
}

// null where the manifest is not of this pack, or its state is none.
function digestsOfEntries(id: string, manifest: PackManifest): Record<string, string> | null {
  if (!isSoundManifest(manifest) || manifest.checkpoint.id !== id) return null;
  const digests: Record<string, string> = {};
  for (const { name, sha256 } of manifest.state.tensors) {
    const place = manifest.places[name];
    if (place?.pack === id) digests[place.entry] = sha256;
  }
  return digests;
}
