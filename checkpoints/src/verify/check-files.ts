import { readdirSync } from "node:fs";
import { basename, join } from "node:path";
import type { Catalog } from "../catalog/connection.js";
import { leaseOfTemporary, SERIES_FOLDER, SUBFOLDERS } from "../folder/layout.js";
import { isLeaseHeld } from "../lease/lease.js";
import { recordedFile } from "../trash/size.js";
import type { Recorded } from "../trash/size.js";
import { counted, listed } from "./report.js";
import type { Findings } from "./report.js";

/** A file in one of the folders of a store. */
export interface LooseFile {
  folder: string;
  name: string;
}

/**
 * The files that no row speaks of: neither used, nor to be removed, nor being written.
 *
 * @throws the system's error
 * @example looseFiles(db, store).map((file) => file.name)
 */
export function looseFiles(db: Catalog, store: string): { files: LooseFile[]; total: number } {
  const rows = db
    .prepare(
      `SELECT 'packs/' || id || '.safetensors' FROM packs
       UNION ALL SELECT 'blobs/' || digest FROM blobs
       UNION ALL SELECT folder || '/' || name FROM garbage`,
    )
    .pluck()
    .all() as string[];
  const recorded = db
    .prepare(
      `SELECT run_id AS run, series, null AS number FROM sealed
       UNION ALL SELECT run_id, series, number FROM segments`,
    )
    .all() as Recorded[];
  const named = (row: Recorded): string =>
    `${SERIES_FOLDER[row.series]}/${basename(recordedFile(store, row))}`;
  // A sealing that was refused at its last step left its file: the next one takes its place.
  const sealing = recorded.map((row) => named({ ...row, number: null }));
  const known = new Set([...rows, ...recorded.map(named), ...sealing]);
  const files: LooseFile[] = [];
  let total = 0;
  for (const folder of SUBFOLDERS) {
    if (folder === "leases") continue;
    for (const name of readdirSync(join(store, folder))) {
      total += 1;
      const lease = leaseOfTemporary(name);
      if (known.has(`${folder}/${name}`) || (lease !== null && isLeaseHeld(store, lease))) continue;
      files.push({ folder, name });
    }
  }
  return { files, total };
}

/** Names the files that no row speaks of. Throws the system's error. @example checkFiles(db, store, findings) */
export function checkFiles(db: Catalog, store: string, findings: Findings): number {
  const before = looseFiles(db, store);
  // What a writer made while we looked has its row by now.
  const again = new Set(looseFiles(db, store).files.map(({ folder, name }) => `${folder}/${name}`));
  const loose = before.files
    .map(({ folder, name }) => `${folder}/${name}`)
    .filter((file) => again.has(file));
  if (loose.length > 0) {
    findings.add({
      ...{ part: "files", code: "files_loose", subjects: loose, repairable: true },
      what: `${counted(loose.length, "file")} without a row in the catalog: ${listed(loose)}`,
      consequence: "they take space; if the catalog is an older copy, they hold what came after it",
      remedy:
        'run "forkpoint verify --repair": it takes whole checkpoints and blobs back into the catalog, and removes what a dead process had begun to write',
    });
  }
  return before.total;
}
