import { join } from "node:path";
import { StoreDamaged } from "../errors/folder-errors.js";

/** The name of a store's folder. */
export const STORE_FOLDER = ".forkpoint";

/** The sub-folders of a store. */
export const SUBFOLDERS = ["packs", "blobs", "metrics", "snapshots", "leases"] as const;

/** A kind of rows recorded along the steps; each has its folder. */
export type Series = "metrics" | "samples" | "snapshots";

/** The sub-folder of each kind of recorded rows. A run of before schema 4 has samples, a later one snapshots. */
export const SERIES_FOLDER = {
  metrics: "metrics",
  samples: "snapshots",
  snapshots: "snapshots",
} as const;

// A catalog can come from elsewhere: what it holds becomes part of a path only if it cannot leave
// the folder.
function safe(store: string, id: string): string {
  if (!/^[a-z0-9]{1,64}$/.test(id)) {
    throw new StoreDamaged({ path: store, reason: `"${id}" is no valid id` });
  }
  return id;
}

/** The catalog of a store. @example catalogFile("/n/.forkpoint") // "/n/.forkpoint/catalog.sqlite" */
export function catalogFile(store: string): string {
  return join(store, "catalog.sqlite");
}

/** The file of a pack. Throws StoreDamaged for an id that is none. @example packFile(store, id) */
export function packFile(store: string, id: string): string {
  return join(store, "packs", `${safe(store, id)}.safetensors`);
}

/** The file of a blob. Throws StoreDamaged for a digest that is none. @example blobFile(store, digest) */
export function blobFile(store: string, digest: string): string {
  return join(store, "blobs", safe(store, digest));
}

/** The file of a live segment. Throws StoreDamaged. @example segmentFile(store, "metrics", runId, 1) */
export function segmentFile(store: string, series: Series, runId: string, number: number): string {
  return join(store, SERIES_FOLDER[series], `${safe(store, runId)}-${number}.arrows`);
}

/** The file of a run's sealed rows. Throws StoreDamaged. @example sealedFile(store, "metrics", runId) */
export function sealedFile(store: string, series: Series, runId: string): string {
  return join(store, SERIES_FOLDER[series], `${safe(store, runId)}.parquet`);
}

/** The file whose lock says that a writer lives. @example leaseFile(store, leaseId) */
export function leaseFile(store: string, lease: string): string {
  return join(store, "leases", `${safe(store, lease)}.lock`);
}

/**
 * A name for a file still being written, marked with its writer's lease, so that others can tell
 * what a dead writer left.
 *
 * @example temporaryFile(store, "packs", leaseId, newId())
 */
export function temporaryFile(
  store: string,
  folder: (typeof SUBFOLDERS)[number],
  lease: string,
  id: string,
): string {
  return join(store, folder, `.tmp-${safe(store, lease)}-${safe(store, id)}`);
}

/** The lease in the name of a temporary file, or null if the name is of another kind. @example leaseOfTemporary(".tmp-a-b") // "a" */
export function leaseOfTemporary(name: string): string | null {
  return /^\.tmp-([a-z0-9]{1,64})-[a-z0-9]{1,64}$/.exec(name)?.[1] ?? null;
}
