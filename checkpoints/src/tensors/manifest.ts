import { CheckpointDamaged } from "../errors/data-errors.js";
import { getCheckpoint, getStoredState } from "../catalog/checkpoints.js";
import type { Catalog } from "../catalog/connection.js";
import { configText, findTensors } from "../catalog/stored-tensors.js";
import { sha256 } from "../hashing/digests.js";
import { parseState } from "./state.js";
import type { TensorIdentity } from "./state.js";

/** A tensor of a checkpoint, and where it lies. */
export interface ManifestTensor extends TensorIdentity {
  /** Bytes. */
  length: number;
  /** The id of the pack that holds it. */
  pack: string;
  /** Its name in that pack. */
  entry: string;
  /** From the start of the pack file, bytes. */
  offset: number;
}

/** What a checkpoint lists. */
export interface Manifest {
  checkpointId: string;
  digest: string;
  step: number;
  tensors: ManifestTensor[];
  rng: Record<string, string>;
  cursor: Record<string, number>;
  blobs: Record<string, string>;
  /** Exact JSON texts. */
  configs: Record<string, string>;
  /** The engine's identity, JSON text. */
  engine: string;
}

/**
 * The manifest of a checkpoint, from the catalog; its digest and those of its texts are checked.
 *
 * @param inTrash one that lies in the trash counts too
 * @throws CheckpointNotFound, CheckpointDamaged
 * @example readManifest(db, id).tensors.map((tensor) => tensor.name)
 */
export function readManifest(db: Catalog, checkpointId: string, inTrash = false): Manifest {
  if (!inTrash) getCheckpoint(db, checkpointId);
  const stored = getStoredState(db, checkpointId);
  const damaged = (reason: string): never => {
    throw new CheckpointDamaged({ id: checkpointId, reason });
  };
  const { digest } = stored;
  if (sha256(stored.state) !== digest) damaged("its state does not give its digest");
  const document = parseState(stored.state);
  if (!document) return damaged("its state is no state document");
  const places = findTensors(
    db,
    document.tensors.map(({ sha256: digest }) => digest),
  );
  const tensors = document.tensors.map((tensor): ManifestTensor => {
    const place = places.get(tensor.sha256);
    if (!place) return damaged(`the tensor "${tensor.name}" is in no pack`);
    const { pack, entry, offset, length } = place;
    const whole = offset >= 0 && length === tensor.shape.reduce((size, side) => size * side, 4);
    if (!whole)
      return damaged(`the tensor "${tensor.name}" has another length than its shape says`);
    return { ...tensor, length, pack, entry, offset };
  });
  const configs: Record<string, string> = {};
  for (const [key, textDigest] of Object.entries(document.configs)) {
    const text = configText(db, textDigest);
    if (text === null || sha256(text) !== textDigest) {
      return damaged(`its configuration "${key}" is missing or changed`);
    }
    configs[key] = text;
  }
  const { step, rng, cursor, blobs } = document;
  return {
    checkpointId,
    digest,
    step,
    tensors,
    rng,
    cursor,
    blobs,
    configs,
    engine: stored.engine,
  };
}
