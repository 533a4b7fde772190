import { join } from "node:path";
import { removeIfThere } from "../files/durable.js";
import { prepared, write } from "./connection.js";
import type { Catalog } from "./connection.js";

/** A file that no row speaks of any more. */
export interface Garbage {
  folder: "packs" | "blobs" | "metrics" | "snapshots";
  name: string;
  bytes: number;
}

/** Notes a file to be removed after the transaction. Throws SQLite's errors. @example addGarbage(db, { folder: "packs", name, bytes }) */
export function addGarbage(db: Catalog, { folder, name, bytes }: Garbage): void {
  prepared(
    db,
    "INSERT OR REPLACE INTO garbage (folder, name, bytes, since) VALUES (?, ?, ?, ?)",
  ).run(folder, name, bytes, new Date().toISOString());
}

/** Takes a file off the list, since it is written anew. @example write(db, () => keepFile(db, "blobs", digest)) */
export function keepFile(db: Catalog, folder: Garbage["folder"], name: string): void {
  prepared(db, "DELETE FROM garbage WHERE folder = ? AND name = ?").run(folder, name);
}

/** Bytes of the files that wait to be removed. @example garbageBytes(db) // 0 */
export function garbageBytes(db: Catalog): number {
  const row = prepared(db, "SELECT coalesce(sum(bytes), 0) AS n FROM garbage").get();
  return (row as { n: number }).n;
}

/**
 * Removes the files on the list: all that are older than a time, or just those named. The files go
 * while the catalog is locked, so that nobody writes one anew meanwhile; their rows go with them,
 * so that a crash in between leaves nothing unlisted.
 *
 * @throws the system's or SQLite's error
 * @example removeGarbage(db, store, { before: new Date(Date.now() - graceMs) }).bytes
 */
export function removeGarbage(
  db: Catalog,
  store: string,
  which: { before: Date } | { packs: readonly string[] },
): { files: number; bytes: number } {
  return write(db, () => {
    const rows = (
      "before" in which
        ? prepared(db, "SELECT folder, name, bytes FROM garbage WHERE since <= ?").all(
            which.before.toISOString(),
          )
        : prepared(
            db,
            `SELECT folder, name, bytes FROM garbage WHERE folder = 'packs' AND name IN
               (SELECT value || '.safetensors' FROM json_each(?))`,
          ).all(JSON.stringify(which.packs))
    ) as Garbage[];
    let bytes = 0;
    for (const row of rows) {
      // A catalog from elsewhere must not lead out of the store.
      if (!/^[a-z0-9][a-z0-9.-]{0,127}$/.test(row.name)) continue;
      removeIfThere(join(store, row.folder, row.name));
      keepFile(db, row.folder, row.name);
      bytes += row.bytes;
    }
    return { files: rows.length, bytes };
  });
}
