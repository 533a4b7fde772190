import { open } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import { TensorDamaged } from "../errors/data-errors.js";
import { getCheckpoint } from "../catalog/checkpoints.js";
import type { Catalog } from "../catalog/connection.js";
import { packFile } from "../folder/layout.js";
import { readManifest } from "./manifest.js";
import type { Manifest, ManifestTensor } from "./manifest.js";
import { sha256 } from "./state.js";

/** A checkpoint read back: each tensor in a buffer of its own. */
export interface RestoredState {
  manifest: Manifest;
  tensors: Map<string, Uint8Array<ArrayBuffer>>;
}

/**
 * Reads all tensors of a checkpoint and checks each against its digest.
 *
 * @throws CheckpointNotFound (also when it is thinned meanwhile), CheckpointDamaged, TensorDamaged
 * @example const { tensors } = await restoreState(db, store, id); tensors.get("wte");
 */
export async function restoreState(
  db: Catalog,
  store: string,
  checkpointId: string,
): Promise<RestoredState> {
  const manifest = readManifest(db, checkpointId);
  const packs = new Map<string, FileHandle>();
  try {
    const tensors = new Map<string, Uint8Array<ArrayBuffer>>();
    for (const tensor of manifest.tensors) {
      let pack = packs.get(tensor.pack);
      if (!pack) packs.set(tensor.pack, (pack = await openPack(store, tensor)));
      tensors.set(tensor.name, await readTensor(pack, tensor));
    }
    return { manifest, tensors };
  } catch (error) {
    // A file gone because the checkpoint was thinned a moment ago is no damage.
    getCheckpoint(db, checkpointId);
    throw error;
  } finally {
    for (const pack of packs.values()) await pack.close();
  }
}

async function openPack(store: string, { name, pack }: ManifestTensor): Promise<FileHandle> {
  try {
    return await open(packFile(store, pack), "r");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    throw new TensorDamaged({ name, pack, reason: "the file of the pack is gone" });
  }
}

async function readTensor(
  handle: FileHandle,
  { name, pack, offset, length, sha256: digest }: ManifestTensor,
): Promise<Uint8Array<ArrayBuffer>> {
  const { size } = await handle.stat();
  // Before the allocation: the catalog may come from elsewhere.
  if (offset + length > size) {
    throw new TensorDamaged({ name, pack, reason: "the file of the pack is too short" });
  }
  const bytes = new Uint8Array(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await handle.read(bytes, filled, length - filled, offset + filled);
    if (bytesRead === 0) {
      throw new TensorDamaged({ name, pack, reason: "the file of the pack is too short" });
    }
    filled += bytesRead;
  }
  if (sha256(bytes) !== digest) {
    throw new TensorDamaged({ name, pack, reason: "its bytes do not give its digest" });
  }
  return bytes;
}
