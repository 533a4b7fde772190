import { TensorDamaged, TensorNotFound } from "../errors/data-errors.js";
import { OptionInvalid } from "../errors/folder-errors.js";
import { snapshot } from "../catalog/connection.js";
import type { Catalog } from "../catalog/connection.js";
import { packFile } from "../folder/layout.js";
import { faultsOfSizes } from "./checked-read.js";
import type { Fault } from "./checked-read.js";
import { readManifest } from "./manifest.js";
import type { Manifest, ManifestTensor } from "./manifest.js";
import { tensorsIn } from "./pack.js";
import type { TensorSlice } from "./pack.js";
import { readAllChecked } from "./readers.js";

/** A checkpoint read back: each tensor in memory of its own, or in the space that was given. */
export interface RestoredState {
  manifest: Manifest;
  tensors: Map<string, Uint8Array>;
}

/** Memory for tensors, and where each is to lie, as for a save. */
export interface TensorSpace {
  buffer: SharedArrayBuffer;
  tensors: readonly TensorSlice[];
}

/**
 * Reads tensors of a checkpoint and checks each against its digest, large ones on two threads
 * besides the caller's. Never holds more than the tensors themselves.
 *
 * @param space of these tensors only, each to its place: memory that was used before has no page
 *   faults, half of the cost of a large one. Left out, all are read to new memory. It is not to be
 *   used before the end, and holds nothing of use after an error.
 * @throws CheckpointNotFound (also when it is thinned meanwhile), CheckpointDamaged, TensorDamaged;
 *   TensorNotFound when the checkpoint has no such tensor, OptionInvalid when a place is none
 * @example const { tensors } = await restoreState(db, store, id); tensors.get("wte");
 */
export async function restoreState(
  db: Catalog,
  store: string,
  checkpointId: string,
  space?: TensorSpace,
): Promise<RestoredState> {
  for (let manifest = manifestNow(db, checkpointId); ;) {
    try {
      return { manifest, tensors: await readTensors(store, manifest, space) };
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

async function readTensors(
  store: string,
  manifest: Manifest,
  space?: TensorSpace,
): Promise<RestoredState["tensors"]> {
  const wanted = space ? chosen(manifest, space.tensors) : manifest.tensors;
  const files = new Map<string, string>();
  const stretches = wanted.map(({ pack, offset, length, sha256: digest }) => {
    let file = files.get(pack);
    if (!file) files.set(pack, (file = packFile(store, pack)));
    return { file, offset, length, digest };
  });
  const refuse = (faults: readonly Fault[]): void => {
    const at = faults.findIndex((fault) => fault !== null);
    if (at < 0) return;
    const { name, pack } = wanted[at]!;
    throw new TensorDamaged({ name, pack, reason: faults[at]! });
  };
  const places = space && placesIn(space);
  // Before memory is made for what a catalog lists: it may come from elsewhere.
  if (!places) refuse(faultsOfSizes(stretches));
  const read = await readAllChecked(stretches, places ?? "new memory");
  refuse(read.map(({ fault }) => fault));
  return new Map(wanted.map(({ name }, at) => [name, places?.[at] ?? read[at]!.bytes!]));
}

function chosen(manifest: Manifest, slices: readonly TensorSlice[]): ManifestTensor[] {
  const { checkpointId: id } = manifest;
  const all = new Map(manifest.tensors.map((tensor) => [tensor.name, tensor]));
  return slices.map(({ name, dtype, length }) => {
    const tensor = all.get(name);
    if (tensor?.dtype === dtype && tensor.length === length) return tensor;
    const has = tensor ? `it has ${tensor.length} bytes of ${tensor.dtype}` : "it has none";
    throw new TensorNotFound({ id, name, reason: `asked for ${length} of ${dtype}, ${has}` });
  });
}

function placesIn({ buffer, tensors }: TensorSpace): Uint8Array<SharedArrayBuffer>[] {
  if (!(buffer instanceof SharedArrayBuffer)) {
    throw new OptionInvalid({ option: "space.buffer", reason: "must be a SharedArrayBuffer" });
  }
  return tensorsIn(buffer, tensors).map(({ bytes }) => bytes);
}
