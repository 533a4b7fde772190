import { encodeHeader } from "./safetensors.js";
import { OptionInvalid } from "../errors/folder-errors.js";
import type { StateDocument, TensorType } from "./state.js";
import type { StoredTensor } from "../catalog/stored-tensors.js";
import type { RunRow } from "../catalog/runs.js";
import type { SessionRow } from "../catalog/sessions.js";
import type { CheckpointRow } from "../catalog/checkpoints.js";

/** A tensor as the trainer hands it over: a stretch of one buffer. */
export interface TensorSlice {
  name: string;
  dtype: TensorType;
  shape: number[];
  /** In the buffer, bytes. */
  offset: number;
  /** Bytes. */
  length: number;
}

/** A tensor to be saved, with its bytes. */
export interface TensorBytes<Memory extends ArrayBufferLike = ArrayBufferLike> {
  name: string;
  dtype: TensorType;
  shape: readonly number[];
  bytes: Uint8Array<Memory>;
}

/** One whose digest is known. */
export interface HashedTensor extends TensorBytes {
  sha256: string;
}

/** What a pack says about itself in its metadata: enough to rebuild the catalog's rows. */
export interface PackManifest {
  format: "forkpoint-pack-1";
  /** The lease of its writer: if that died before the commit, the file is to go. */
  writer?: string;
  history?: PackHistory;
  checkpoint: Omit<CheckpointRow, "bytes">;
  session: Omit<SessionRow, "lastRunAt">;
  /** Packs of schema 2 have no id here. */
  model: { id?: string; name: string; trainLoss: number | null } | null;
  state: StateDocument;
  configs: Record<string, string>;
  engine: string;
  /** For each tensor the pack that holds it, and its name there. */
  places: Record<string, { pack: string; entry: string }>;
}

/** What a pack of tensors moved out of mostly dead packs says about itself. */
export interface MovedManifest {
  format: "forkpoint-pack-1";
  kind: "moved";
  writer: string;
  /** sha256 by entry. */
  digests: Record<string, string>;
  /** Where they lay before, as "pack/entry", and their entry here. */
  moved: Record<string, string>;
}

/** The order of events around a checkpoint, as a pack keeps it. Absent in packs of schema 2. */
export interface PackHistory {
  store: string;
  /** The number of the newest run of its session that the checkpoint knows. */
  afterRun: number;
  /** The id of the newest merge that it knows. Numbers of checkpoints are given at the commit only. */
  afterMerge: string | null;
  /** Its session and those it descends from, the root first, with what they saw at their forks. */
  sessions: (Omit<SessionRow, "lastRunAt"> & { forkRunNumber: number; forkMerge: string | null })[];
  /** The runs of these sessions so far. */
  runs: (Omit<RunRow, "error" | "summary" | "endedAt"> & { number: number })[];
}

/** A pack: its header, and where behind it each new tensor lies. */
export interface PackLayout {
  header: Uint8Array;
  bytes: number;
  stored: StoredTensor[];
}

/** What a pack says about itself besides where its tensors lie. */
export type PackDescription = Omit<PackManifest, "format" | "places">;

/**
 * The tensors in a buffer, with their bytes in place.
 *
 * @throws OptionInvalid when one is not as its shape says, or does not lie in the buffer
 * @example tensorsIn(buffer, [{ name: "w", dtype: "F32", shape: [2], offset: 0, length: 8 }])
 */
export function tensorsIn<Memory extends ArrayBufferLike>(
  buffer: Memory,
  tensors: readonly TensorSlice[],
): TensorBytes<Memory>[] {
  return tensors.map(({ name: label, dtype, shape, offset, length }) => {
    const refuse = (reason: string): never => {
      throw new OptionInvalid({ option: `tensors["${label}"]`, reason });
    };
    const whole = (value: unknown): boolean => Number.isSafeInteger(value) && Number(value) >= 0;
    if (dtype !== "F32" && dtype !== "I32") refuse("has another dtype than F32 and I32");
    if (!Array.isArray(shape) || !shape.every(whole))
      refuse("has a shape of other than whole numbers");
    if (!whole(offset) || !whole(length) || offset + length > buffer.byteLength) {
      refuse("does not lie in the buffer");
    }
    if (shape.reduce((product, size) => product * size, 4) !== length) {
      refuse("has another length than its shape says");
    }
    return { name: label, dtype, shape, bytes: new Uint8Array(buffer, offset, length) };
  });
}

/**
 * Lays out the pack of one save: the tensors that no pack holds yet, each content once, and the
 * whole manifest in the metadata.
 *
 * @param known where a digest lies already, or null
 * @param room bytes that the header takes at least
 * @throws RangeError when the header gets too long
 * @example const { header } = layOutPack(id, tensors, (digest) => findTensor(db, digest), about, 8192);
 */
export function layOutPack(
  pack: string,
  tensors: readonly HashedTensor[],
  known: (digest: string) => StoredTensor | null,
  description: PackDescription,
  room: number,
): PackLayout {
  const places: PackManifest["places"] = {};
  const fresh = new Map<string, HashedTensor>();
  for (const tensor of tensors) {
    const place = known(tensor.sha256);
    if (!place && !fresh.has(tensor.sha256)) fresh.set(tensor.sha256, tensor);
    const { pack: holder, entry } = place ?? { pack, entry: fresh.get(tensor.sha256)!.name };
    places[tensor.name] = { pack: holder, entry };
  }
  const entries = [...fresh.values()].map(({ name, dtype, shape, bytes }) => ({
    name,
    dtype,
    shape,
    length: bytes.byteLength,
  }));
  const whole: PackManifest = { format: "forkpoint-pack-1", ...description, places };
  const header = encodeHeader(entries, { forkpoint: JSON.stringify(whole) }, room);
  let offset = header.byteLength;
  const stored = [...fresh.values()].map(({ name, sha256, bytes }): StoredTensor => {
    const place = { digest: sha256, pack, entry: name, offset, length: bytes.byteLength };
    offset += bytes.byteLength;
    return place;
  });
  return { header, bytes: offset, stored };
}
