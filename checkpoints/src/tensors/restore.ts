import { TensorDamaged } from "../errors/data-errors.js";
import { snapshot } from "../catalog/connection.js";
import type { Catalog } from "../catalog/connection.js";
import { packFile } from "../folder/layout.js";
import { readManifest } from "./manifest.js";
import type { Manifest } from "./manifest.js";
import { readAllChecked } from "./readers.js";

/** A checkpoint read back: each tensor in a buffer of its own. */
export interface RestoredState {
  manifest: Manifest;
  tensors: Map<string, Uint8Array<ArrayBuffer>>;
}

/**
 * Reads all tensors of a checkpoint and checks each against its digest, large ones on two threads
 * besides the caller's. Never holds more than the tensors themselves.
 *
 * @throws CheckpointNotFound (also when it is thinned meanwhile), CheckpointDamaged, TensorDamaged
 * @example const { tensors } = await restoreState(db, store, id); tensors.get("wte");
 */
export async function restoreState(
  db: Catalog,
  store: string,
  checkpointId: string,
): Promise<RestoredState> {
  for (let manifest = manifestNow(db, checkpointId); ;) {
    try {
      return { manifest, tensors: await readTensors(store, manifest) };
    } catch (error) {
      // A file gone because the checkpoint was thinned, or its pack made anew, a moment ago is no
      // damage.
      const now = manifestNow(db, checkpointId);
      if (now.tensors.every(({ pack }, at) => pack === manifest.tensors[at]!.pack)) throw error;
      manifest = now;
    }
  }
}

function manifestNow(db: Catalog, checkpointId: string): Manifest {
  return snapshot(db, () => readManifest(db, checkpointId));
}

async function readTensors(store: string, manifest: Manifest): Promise<RestoredState["tensors"]> {
  const stretches = manifest.tensors.map(({ pack, offset, length, sha256: digest }) => {
    return { file: packFile(store, pack), offset, length, digest };
  });
  const read: RestoredState["tensors"] = new Map();
  await readAllChecked(stretches, (index, answer) => {
    const { name, pack } = manifest.tensors[index]!;
    if ("fault" in answer) throw new TensorDamaged({ name, pack, reason: answer.fault });
    read.set(name, answer.bytes);
  });
  return new Map(manifest.tensors.map(({ name }) => [name, read.get(name)!]));
}
