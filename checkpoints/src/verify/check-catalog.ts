import { existsSync } from "node:fs";
import { openAsNewest } from "../catalog/connection.js";
import type { Catalog } from "../catalog/connection.js";
import { StoreDamaged } from "../errors/folder-errors.js";
import { asWriteError } from "../errors/system-error.js";
import { catalogFile } from "../folder/layout.js";
import type { Findings } from "./report.js";

const REBUILD =
  'run "forkpoint verify --repair": it rebuilds the catalog from what the packs say; events, logged columns and sessions without a checkpoint come back as far as the old catalog can still be read';

/**
 * Opens the catalog and checks it; null where it is lost or cannot be relied on.
 *
 * @throws StoreNewer, and the system's error
 * @example const db = openChecked("/n/.forkpoint", findings);
 */
export function openChecked(store: string, findings: Findings): Catalog | null {
  const lost = (code: string, what: string): null => {
    findings.add({
      ...{ part: "catalog", code, subjects: ["catalog.sqlite"], what, repairable: true },
      consequence: "no session, checkpoint or model of this store can be found without it",
      remedy: REBUILD,
    });
    return null;
  };
  if (!existsSync(catalogFile(store)))
    return lost("catalog_missing", "the catalog, catalog.sqlite, is gone");
  let db: Catalog | undefined;
  try {
    db = openAsNewest(store);
    const faults = integrityFaults(db);
    if (faults.length === 0) {
      checkReferences(db, findings);
      return db;
    }
    db.close();
    return lost("catalog_damaged", `SQLite finds the catalog damaged: ${faults[0]}`);
  } catch (error) {
    db?.close();
    const typed = asWriteError(error, store);
    if (!(typed instanceof StoreDamaged)) throw typed;
    return lost(
      "catalog_damaged",
      `the catalog, catalog.sqlite, cannot be read: ${String(typed.data["reason"])}`,
    );
  }
}

/** What SQLite's own check finds wrong, nothing if all is well. @example integrityFaults(db).length === 0 */
export function integrityFaults(db: Catalog): string[] {
  const rows = db.pragma("integrity_check(20)") as { integrity_check: string }[];
  return rows.map((row) => row.integrity_check).filter((text) => text !== "ok");
}

function checkReferences(db: Catalog, findings: Findings): void {
  const rows = db.pragma("foreign_key_check") as { table: string; parent: string }[];
  const broken = new Map<string, number>();
  for (const { table, parent } of rows) {
    const which = `${table} to ${parent}`;
    broken.set(which, (broken.get(which) ?? 0) + 1);
  }
  for (const [which, count] of broken) {
    findings.add({
      ...{ part: "catalog", code: "reference_broken", subjects: [which] },
      what: `${count} references from ${which} lead nowhere`,
      consequence: "what these rows belong to is incomplete",
      remedy: "put a copy of catalog.sqlite back, or move it away and rebuild it with --repair",
    });
  }
}
