import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { write } from "../catalog/connection.js";
import { movePack, tensorsOfPack, wastefulPacks } from "../catalog/stored-tensors.js";
import type { StoredTensor } from "../catalog/stored-tensors.js";
import { renameDurably, writeDurably } from "../files/durable.js";
import { discard } from "../files/strays.js";
import { packFile, temporaryFile } from "../folder/layout.js";
import { newId } from "../ids.js";
import type { WriterContext } from "../writer/context.js";
import type { MovedManifest, PackManifest } from "./pack.js";
import { decodeHeader, encodeHeader } from "./safetensors.js";
import type { SafetensorsEntry } from "./safetensors.js";
import { sha256 } from "../hashing/digests.js";

/** What packing anew did. */
export interface Repacked {
  packs: number;
  /** Freed when the old files go. */
  bytes: number;
}

/**
 * Writes the tensors still in use of packs that are mostly dead into packs of their own, each
 * checked; the old files become garbage. A pack that is damaged stays as it is, for verify to name.
 *
 * @param minDead the least bytes that are worth it
 * @throws the system's or SQLite's error; then the old packs are in use as before
 * @example repack(context, 65_536).bytes
 */
export function repack(context: WriterContext, minDead: number): Repacked {
  const done: Repacked = { packs: 0, bytes: 0 };
  for (const pack of wastefulPacks(context.db, minDead)) {
    const freed = packAnew(context, pack);
    if (freed === null) continue;
    done.packs += 1;
    done.bytes += freed;
  }
  return done;
}

interface LiveTensor extends StoredTensor {
  dtype: string;
  shape: number[];
  bytes: Uint8Array;
}

function packAnew(context: WriterContext, old: { id: string; bytes: number }): number | null {
  const { db, path, lease } = context;
  const anew = movedPack(path, old.id, tensorsOfPack(db, old.id), lease.id);
  if (!anew) return null;
  const { place, parts, tensors } = anew;
  const temporary = temporaryFile(path, "packs", lease.id, newId());
  writeDurably(temporary, parts);
  let committed = false;
  try {
    write(db, () => {
      renameDurably(temporary, packFile(path, place.id));
      movePack(db, old, place, tensors);
    });
    committed = true;
  } finally {
    if (!committed) discard(context, [temporary, packFile(path, place.id)]);
  }
  return old.bytes - place.bytes;
}

/** A pack of some of another's tensors, to be written. */
export interface MovedPack {
  place: { id: string; bytes: number; createdAt: string; begin: number };
  /** The file's bytes. */
  parts: Uint8Array[];
  tensors: readonly StoredTensor[];
  /** Tensors of the other pack that are not in this one. */
  left: number;
}

/**
 * Makes a pack of some tensors of another, each checked.
 *
 * @param writer the lease of who writes it
 * @returns null where the other pack is not what the catalog says
 * @throws the system's error
 * @example movedPack(store, pack, tensorsOfPack(db, pack), lease.id)?.parts
 */
export function movedPack(
  store: string,
  pack: string,
  wanted: readonly StoredTensor[],
  writer: string,
): MovedPack | null {
  const read = readLive(store, pack, wanted);
  if (!read) return null;
  const { tensors, moved, left } = read;
  const manifest: MovedManifest = {
    ...{ format: "forkpoint-pack-1", kind: "moved", writer },
    digests: Object.fromEntries(tensors.map((tensor) => [tensor.entry, tensor.digest])),
    moved,
  };
  const header = encodeHeader(
    tensors.map(({ entry, dtype, shape, length }) => ({ name: entry, dtype, shape, length })),
    { forkpoint: JSON.stringify(manifest) },
  );
  const begin = header.byteLength;
  const bytes = begin + tensors.reduce((sum, tensor) => sum + tensor.length, 0);
  const place = { id: newId(), bytes, createdAt: new Date().toISOString(), begin };
  return { place, parts: [header, ...tensors.map((tensor) => tensor.bytes)], tensors, left };
}

// null where the pack is not what the catalog says.
function readLive(
  store: string,
  pack: string,
  live: readonly StoredTensor[],
): { tensors: LiveTensor[]; moved: Record<string, string>; left: number } | null {
  let fd: number;
  try {
    fd = openSync(packFile(store, pack), "r");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
  try {
    const take = (offset: number, length: number): Uint8Array => {
      const bytes = new Uint8Array(length);
      const count = readSync(fd, bytes, 0, length, offset);
      return bytes.subarray(0, count);
    };
    const header = decodeHeader(take, fstatSync(fd).size);
    const manifest = JSON.parse(header.metadata["forkpoint"] ?? "{}") as
      Partial<PackManifest> | MovedManifest;
    const tensors = live.map((tensor): LiveTensor | null => {
      const entry: SafetensorsEntry | undefined = header.entries.get(tensor.entry);
      if (!entry || entry.end - entry.begin !== tensor.length) return null;
      const bytes = take(header.dataStart + entry.begin, tensor.length);
      if (sha256(bytes) !== tensor.digest) return null;
      return { ...tensor, dtype: entry.dtype, shape: entry.shape, bytes };
    });
    if (!tensors.every((tensor) => tensor !== null)) return null;
    const kept = new Set(tensors.map((tensor) => tensor.entry));
    const earlier = "moved" in manifest && manifest.moved ? manifest.moved : {};
    const moved = Object.fromEntries([
      ...Object.entries(earlier).filter(([, entry]) => kept.has(entry)),
      ...[...kept].map((entry) => [`${pack}/${entry}`, entry]),
    ]) as Record<string, string>;
    return { tensors, moved, left: header.entries.size - kept.size };
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  } finally {
    closeSync(fd);
  }
}
