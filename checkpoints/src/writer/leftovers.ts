import { readdirSync } from "node:fs";
import { join } from "node:path";
import { prepared } from "../catalog/connection.js";
import type { Catalog } from "../catalog/connection.js";
import { removeIfThere } from "../files/durable.js";
import { leaseOfTemporary, packFile, SERIES_FOLDER, SUBFOLDERS } from "../folder/layout.js";
import { isLeaseHeld, sweepLeases } from "../lease/lease.js";
import { adoptBlobs } from "../tensors/blobs.js";
import { readHeader } from "../tensors/header-of-file.js";

/**
 * Removes what dead writers left: files that they were writing, and those that had their name but
 * not yet their row. Only what a writer left that this catalog knows of goes: a file without a row
 * may else be all that is left when the catalog was lost or restored from an older copy.
 *
 * Call it inside a write transaction of the catalog.
 *
 * @returns the leases of the dead
 * @throws the system's or SQLite's error
 * @example write(db, () => clearLeftovers(db, store));
 */
export function clearLeftovers(db: Catalog, store: string): string[] {
  removeTemporaries(store);
  const rows = prepared(db, "SELECT lease FROM writers").all() as { lease: string }[];
  const dead = rows.map((row) => row.lease).filter((lease) => !isLeaseHeld(store, lease));
  if (dead.length > 0) {
    removeUncommittedPacks(db, store, new Set(dead));
    // Whose a blob without a row was cannot be told. As nothing names it, a collection may take it.
    adoptBlobs(db, store);
    for (const lease of dead) {
      removeUncommittedSegments(db, store, lease);
      prepared(db, "DELETE FROM writers WHERE lease = ?").run(lease);
    }
  }
  sweepLeases(store);
  return dead;
}

/** Notes a new writer. Inside a transaction. @example noteWriter(db, lease.id) */
export function noteWriter(db: Catalog, lease: string): void {
  prepared(db, "INSERT INTO writers (lease, pid, started_at) VALUES (?, ?, ?)").run(
    lease,
    process.pid,
    new Date().toISOString(),
  );
}

/** Strikes a writer that ends in order. Inside a transaction. @example forgetWriter(db, lease.id) */
export function forgetWriter(db: Catalog, lease: string): void {
  prepared(db, "DELETE FROM writers WHERE lease = ?").run(lease);
}

function removeTemporaries(store: string): void {
  for (const folder of SUBFOLDERS) {
    for (const name of readdirSync(join(store, folder))) {
      const lease = leaseOfTemporary(name);
      if (lease !== null && !isLeaseHeld(store, lease)) removeIfThere(join(store, folder, name));
    }
  }
}

function removeUncommittedPacks(db: Catalog, store: string, dead: ReadonlySet<string>): void {
  const known = prepared(
    db,
    `SELECT 1 FROM packs WHERE id = @id UNION ALL
     SELECT 1 FROM garbage WHERE folder = 'packs' AND name = @id || '.safetensors'`,
  );
  for (const name of readdirSync(join(store, "packs"))) {
    const id = /^([a-z0-9]{1,64})\.safetensors$/.exec(name)?.[1];
    if (id === undefined || known.get({ id })) continue;
    const writer = writerOfPack(packFile(store, id));
    if (writer !== null && dead.has(writer)) removeIfThere(packFile(store, id));
  }
}

function writerOfPack(file: string): string | null {
  try {
    const manifest = JSON.parse(readHeader(file).metadata["forkpoint"] ?? "{}") as {
      writer?: unknown;
    };
    return typeof manifest.writer === "string" ? manifest.writer : null;
  } catch (error) {
    // What cannot be read is not ours to remove: verify names it.
    if (error instanceof SyntaxError || error instanceof TypeError) return null;
    throw error;
  }
}

// Segments that a dead writer had begun, and those that it had sealed already.
function removeUncommittedSegments(db: Catalog, store: string, lease: string): void {
  const runs = new Set(
    (prepared(db, "SELECT id FROM runs WHERE holder = ?").all(lease) as { id: string }[]).map(
      (row) => row.id,
    ),
  );
  if (runs.size === 0) return;
  for (const [series, folder] of Object.entries(SERIES_FOLDER)) {
    for (const name of readdirSync(join(store, folder))) {
      const [, run, number] = /^([a-z0-9]{1,64})-(\d+)\.arrows$/.exec(name) ?? [];
      if (run === undefined || !runs.has(run)) continue;
      const listed = prepared(
        db,
        "SELECT 1 FROM segments WHERE run_id = ? AND series = ? AND number = ?",
      ).get(run, series, Number(number));
      // Rows that nothing lists were never acknowledged, or they are sealed.
      if (!listed) removeIfThere(join(store, folder, name));
    }
  }
}
