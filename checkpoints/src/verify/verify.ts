import { resolve } from "node:path";
import type { Catalog } from "../catalog/connection.js";
import { StoreForeign, StoreNotFound } from "../errors/folder-errors.js";
import { asWriteError } from "../errors/system-error.js";
import { STORE_FOLDER, SUBFOLDERS } from "../folder/layout.js";
import { foreignOwner } from "../folder/search.js";
import { existsSync, mkdirSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { checkBlobs, checkCheckpoints, blobBytes } from "./check-checkpoints.js";
import { openChecked } from "./check-catalog.js";
import { checkFiles } from "./check-files.js";
import { checkHistory } from "./check-history.js";
import { checkPacks, packBytes } from "./check-packs.js";
import { checkRows } from "./check-rows.js";
import { repair } from "./repair.js";
import { newFindings } from "./report.js";
import type { VerifyProgress, VerifyReport } from "./report.js";

/** What a verification does besides looking. */
export interface VerifyOptions {
  /** Mend what can be mended safely, then look again. */
  repair?: boolean;
  /** Called every now and then. */
  onProgress?: (progress: VerifyProgress) => void;
}

/**
 * Checks a store as a whole: the catalog and its references, every tensor and blob against its
 * digest, recorded rows, histories, and from where each step can be replayed. Writes nothing unless
 * asked to repair; safe beside kernels that use the store.
 *
 * @param path the `.forkpoint` folder, or the folder that holds it
 * @throws StoreNotFound, StoreForeign, StoreNewer; with `repair` StoreInUse, StoreWriteFailed
 * @example
 * const { ok, faults } = await verify("/home/ada/sonnets");
 * for (const { what, consequence, remedy } of faults) console.log(what, consequence, remedy);
 */
export async function verify(path: string, options: VerifyOptions = {}): Promise<VerifyReport> {
  const store = folderOf(path);
  try {
    const report = await look(store, options);
    if (!options.repair || report.ok) return report;
    if (!report.faults.some((fault) => fault.repairable)) return report;
    for (const folder of SUBFOLDERS)
      mkdirSync(join(store, folder), { recursive: true, mode: 0o700 });
    const repaired = await repair(store, report.faults);
    return { ...(await look(store, options)), repaired };
  } catch (error) {
    throw asWriteError(error, store);
  }
}

function folderOf(path: string): string {
  const given = resolve(path);
  const inside = join(given, STORE_FOLDER);
  const store = basename(given) !== STORE_FOLDER && existsSync(inside) ? inside : given;
  if (!statSync(store, { throwIfNoEntry: false })?.isDirectory()) {
    throw new StoreNotFound({ path: store, reason: "it is no folder" });
  }
  const isStore = existsSync(join(store, "catalog.sqlite")) || existsSync(join(store, "packs"));
  if (!isStore)
    throw new StoreNotFound({ path: store, reason: "it holds no catalog and no packs" });
  const owner = foreignOwner(store);
  if (owner !== null) throw new StoreForeign({ path: store, owner });
  return store;
}

async function look(store: string, { onProgress }: VerifyOptions): Promise<VerifyReport> {
  const counts = { sessions: 0, runs: 0, checkpoints: 0, packs: 0, blobs: 0, files: 0 };
  const early = newFindings(onProgress ?? (() => {}), 0);
  const db = openChecked(store, early);
  if (!db) return { store, ok: false, counts, bytes: 0, faults: early.faults, repaired: [] };
  try {
    const findings = newFindings(onProgress ?? (() => {}), packBytes(db) + blobBytes(db));
    findings.faults.push(...early.faults);
    counts.packs = await checkPacks(db, store, findings);
    counts.blobs = checkBlobs(db, store, findings);
    counts.checkpoints = checkCheckpoints(db, findings);
    checkRows(db, store, findings);
    counts.sessions = checkHistory(db, findings);
    counts.runs = countRuns(db);
    counts.files = checkFiles(db, store, findings);
    const { faults, bytes } = findings;
    return { store, ok: faults.length === 0, counts, bytes, faults, repaired: [] };
  } finally {
    db.close();
  }
}

function countRuns(db: Catalog): number {
  return (
    db.prepare("SELECT count(*) AS n FROM runs WHERE trash_id IS NULL").get() as { n: number }
  ).n;
}
