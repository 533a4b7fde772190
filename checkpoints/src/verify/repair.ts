import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { openForWriting, prepared, write } from "../catalog/connection.js";
import type { Catalog } from "../catalog/connection.js";
import { findTensors, insertConfig, keepTensors } from "../catalog/stored-tensors.js";
import { StoreInUse } from "../errors/folder-errors.js";
import { catalogFile, packFile } from "../folder/layout.js";
import { isLeaseHeld } from "../lease/lease.js";
import { adoptBlobs } from "../tensors/blobs.js";
import { sha256 } from "../hashing/digests.js";
import { parseState, stateText } from "../tensors/state.js";
import { finishContext, openContext } from "../writer/open-context.js";
import { adoptPacks } from "./adopt.js";
import { looseFiles } from "./check-files.js";
import { scanPacks } from "./pack-scan.js";
import { adoptRows, rebuildCatalog } from "./rebuild.js";
import { counted } from "./report.js";
import type { Fault } from "./report.js";

/**
 * Does what is safe about faults: rebuilds a lost catalog, takes back what files say and rows do
 * not, lets tensors be held on to, and clears up after the dead. Removes nothing that was
 * acknowledged.
 *
 * @returns what was done, one sentence each
 * @throws StoreInUse when the catalog must be replaced and another process writes, and the system's
 *   or SQLite's error
 * @example await repair("/n/.forkpoint", report.faults)
 */
export async function repair(store: string, faults: readonly Fault[]): Promise<string[]> {
  const has = (code: string): boolean => faults.some((fault) => fault.code === code);
  const done: string[] = [];
  if (has("catalog_missing") || has("catalog_damaged")) {
    requireUnused(store);
    done.push(
      ...(reindexed(store) ? ["made the indexes of the catalog anew"] : rebuildCatalog(store)),
    );
  }
  // Opening clears up after the dead, ends their runs and seals their rows.
  const context = openContext(store);
  const { db } = context;
  try {
    write(db, () => {
      const loose = new Set(looseFiles(db, store).files.map((file) => file.name));
      const { packs } = scanPacks(store, loose);
      const whole = packs.filter(
        ({ manifest, tensors }) => manifest !== null || tensors.length > 0,
      );
      const checkpoints = adoptPacks(db, whole);
      const rows = adoptRows(db, store);
      const blobs = adoptBlobs(db, store);
      if (checkpoints.length + rows + blobs > 0) {
        done.push(
          `took ${counted(checkpoints.length, "checkpoint")}, ${counted(blobs, "blob")} and ${counted(rows, "file")} of rows back into the catalog`,
        );
      }
      const mended = mendCheckpoints(db, store, faults);
      if (mended > 0)
        done.push(`took the record of ${counted(mended, "checkpoint")} from its pack`);
    });
  } finally {
    await finishContext(context);
  }
  return done;
}

function requireUnused(store: string): void {
  for (const name of existsSync(join(store, "leases")) ? readdirSync(join(store, "leases")) : []) {
    const id = /^([a-z0-9]+)\.lock$/.exec(name)?.[1];
    if (id !== undefined && isLeaseHeld(store, id)) throw new StoreInUse({ path: store });
  }
}

// An index alone can be damaged; the rows are all there then.
function reindexed(store: string): boolean {
  if (!existsSync(catalogFile(store))) return false;
  let db: Catalog | undefined;
  try {
    db = openForWriting(store);
    db.exec("REINDEX");
    return db.pragma("integrity_check", { simple: true }) === "ok";
  } catch {
    // Why it cannot be opened has been said; it is rebuilt instead.
    return false;
  } finally {
    db?.close();
  }
}

function mendCheckpoints(db: Catalog, store: string, faults: readonly Fault[]): number {
  const ids = faults
    .filter(({ code }) => code === "checkpoint_damaged" || code === "tensors_loose")
    .flatMap((fault) => fault.subjects);
  return ids.filter((id) => mendCheckpoint(db, store, id)).length;
}

function mendCheckpoint(db: Catalog, store: string, id: string): boolean {
  if (!existsSync(packFile(store, id))) return false;
  const row = prepared(db, "SELECT digest, state FROM checkpoints WHERE id = ?").get(id) as
    { digest: string; state: string } | undefined;
  const manifest = scanPacks(store, new Set([`${id}.safetensors`])).packs[0]?.manifest;
  if (!row || !manifest || !parseState(JSON.stringify(manifest.state))) return false;
  const text = stateText(manifest.state);
  if (sha256(text) !== manifest.checkpoint.digest) return false;
  prepared(db, "UPDATE checkpoints SET state = ?, digest = ? WHERE id = ?").run(
    ...[text, manifest.checkpoint.digest, id],
  );
  for (const config of Object.values(manifest.configs)) {
    prepared(db, "DELETE FROM configs WHERE digest = ? AND text <> ?").run(sha256(config), config);
    insertConfig(db, sha256(config), config);
  }
  const digests = manifest.state.tensors.map((tensor) => tensor.sha256);
  keepTensors(db, id, findTensors(db, digests).keys());
  return true;
}
