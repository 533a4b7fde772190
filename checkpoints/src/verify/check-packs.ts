import { existsSync, statSync } from "node:fs";
import type { Catalog } from "../catalog/connection.js";
import { tensorsOfPack } from "../catalog/stored-tensors.js";
import type { PackRow, StoredTensor } from "../catalog/stored-tensors.js";
import { packFile } from "../folder/layout.js";
import { readAllChecked } from "../tensors/readers.js";
import { readHeader } from "../tensors/header-of-file.js";
import { listed } from "./report.js";
import type { Findings } from "./report.js";

/** Bytes that checkPacks will read. @example packBytes(db) */
export function packBytes(db: Catalog): number {
  const row = db.prepare("SELECT coalesce(sum(length), 0) AS n FROM tensors").get();
  return (row as { n: number }).n;
}

/**
 * Checks that every pack is there and whole, and every tensor of it what its digest says.
 *
 * @throws the system's or SQLite's error
 * @example await checkPacks(db, store, findings);
 */
export async function checkPacks(db: Catalog, store: string, findings: Findings): Promise<number> {
  const packs = db.prepare("SELECT id, bytes FROM packs ORDER BY id").all() as PackRow[];
  for (const [index, pack] of packs.entries()) {
    findings.progress("packs", index, packs.length);
    const tensors = tensorsOfPack(db, pack.id);
    const fault = packFault(store, pack, tensors);
    const broken = fault === null ? await brokenTensors(store, pack, tensors) : tensors;
    findings.bytes += tensors.reduce((sum, tensor) => sum + tensor.length, 0);
    if (fault === null && broken.length === 0) continue;
    // Thinned, purged or packed anew while it was being read: no fault.
    if (!db.prepare("SELECT 1 FROM packs WHERE id = ?").get(pack.id)) continue;
    const lost = usersOf(db, broken);
    for (const { id } of lost) findings.damaged.add(id);
    findings.add({
      part: "packs",
      code: fault === null ? "tensor_damaged" : "pack_damaged",
      subjects: [`packs/${pack.id}.safetensors`, ...broken.map((tensor) => tensor.entry)],
      what:
        fault === null
          ? `the bytes of ${listed(broken.map((tensor) => `"${tensor.entry}"`))} in the pack ${pack.id} do not give their digests`
          : `the pack ${pack.id} ${fault}`,
      consequence:
        lost.length === 0
          ? "nothing: no checkpoint uses it"
          : `these states cannot be restored: ${listed(lost.map((row) => `"${row.name}" at step ${row.step}`))}; Forkpoint passes over them and replays from earlier ones`,
      remedy: `put a copy of packs/${pack.id}.safetensors back, or delete these checkpoints`,
    });
  }
  return packs.length;
}

function packFault(store: string, pack: PackRow, tensors: readonly StoredTensor[]): string | null {
  const file = packFile(store, pack.id);
  if (!existsSync(file)) return "is gone";
  const { size } = statSync(file);
  if (size !== pack.bytes) return `has ${size} bytes where ${pack.bytes} were written`;
  try {
    const { entries, dataStart } = readHeader(file);
    for (const { entry, offset, length } of tensors) {
      const found = entries.get(entry);
      if (!found || dataStart + found.begin !== offset || found.end - found.begin !== length) {
        return `does not say of "${entry}" what the catalog says`;
      }
    }
    return null;
  } catch (error) {
    if (!(error instanceof SyntaxError || error instanceof TypeError)) throw error;
    return `has a damaged header (${error.message})`;
  }
}

async function brokenTensors(
  store: string,
  pack: PackRow,
  tensors: readonly StoredTensor[],
): Promise<StoredTensor[]> {
  const file = packFile(store, pack.id);
  const stretches = tensors.map(({ offset, length, digest }) => ({ file, offset, length, digest }));
  const read = await readAllChecked(stretches);
  return tensors.filter((_, at) => read[at]!.fault !== null);
}

interface User {
  id: string;
  name: string;
  step: number;
}

function usersOf(db: Catalog, tensors: readonly StoredTensor[]): User[] {
  const digests = JSON.stringify(tensors.map((tensor) => tensor.digest));
  return db
    .prepare(
      `SELECT DISTINCT c.id, c.step, coalesce(n.name, 'in the trash') AS name
       FROM tensors t JOIN checkpoint_tensors ct ON ct.tensor = t.number
       JOIN checkpoints c ON c.number = ct.checkpoint
       LEFT JOIN session_names n ON n.session_id = c.session_id
       WHERE t.digest IN (SELECT unhex(value) FROM json_each(?)) ORDER BY c.number`,
    )
    .all(digests) as User[];
}
