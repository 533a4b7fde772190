import { insertCheckpoint } from "../catalog/checkpoints.js";
import type { KnownHistory } from "../catalog/checkpoints.js";
import { prepared } from "../catalog/connection.js";
import type { Catalog } from "../catalog/connection.js";
import { findTensor, insertConfig, insertPack, insertTensor } from "../catalog/stored-tensors.js";
import { sha256 } from "../hashing/digests.js";
import { stateText } from "../tensors/state.js";
import type { ScannedPack } from "./pack-scan.js";

/**
 * Writes the rows of packs that the catalog does not know: tensors first, then the checkpoints whose
 * session is known and whose tensors all lie somewhere. Inside a transaction.
 *
 * @returns the ids of the checkpoints
 * @example write(db, () => adoptPacks(db, scanned.packs))
 */
export function adoptPacks(db: Catalog, packs: readonly ScannedPack[]): string[] {
  for (const { id, bytes, createdAt, tensors } of packs) {
    insertPack(db, id, bytes, createdAt);
    for (const tensor of tensors) insertTensor(db, tensor);
  }
  return packs.filter((pack) => adoptCheckpoint(db, pack)).map((pack) => pack.id);
}

function adoptCheckpoint(db: Catalog, { bytes, manifest }: ScannedPack): boolean {
  if (!manifest) return false;
  const { checkpoint, state, configs, engine } = manifest;
  const known = (sql: string, ...values: (string | null)[]): boolean =>
    prepared(db, sql).get(...values) !== undefined;
  if (!known("SELECT 1 FROM sessions WHERE id = ?", checkpoint.sessionId)) return false;
  if (!state.tensors.every((tensor) => findTensor(db, tensor.sha256))) return false;
  const text = stateText(state);
  if (sha256(text) !== checkpoint.digest) return false;
  for (const config of Object.values(configs)) insertConfig(db, sha256(config), config);
  const isThere = (parent: string | null): string | null =>
    known("SELECT 1 FROM checkpoints WHERE id = ?", parent) ? parent : null;
  const runId = known("SELECT 1 FROM runs WHERE id = ?", checkpoint.runId)
    ? checkpoint.runId
    : null;
  insertCheckpoint(
    db,
    {
      ...checkpoint,
      runId,
      parentCheckpointId: isThere(checkpoint.parentCheckpointId ?? null),
      secondParentCheckpointId: isThere(checkpoint.secondParentCheckpointId ?? null),
      ...{ bytes, state: text, engine },
      ...historyOf(db, manifest, runId),
    },
    state.tensors.map((tensor) => tensor.sha256),
  );
  return true;
}

type Manifest = NonNullable<ScannedPack["manifest"]>;

// Packs of before schema 3 do not say what they know: as much as there was at their time.
function historyOf(db: Catalog, manifest: Manifest, runId: string | null): KnownHistory {
  const { history, checkpoint } = manifest;
  if (history) {
    const { afterRun, afterMerge } = history;
    return { afterRun, afterMerge: afterMerge === null ? 0 : numberAt(db, afterMerge) };
  }
  const run = prepared(
    db,
    `SELECT coalesce(max(number), 0) AS n FROM runs WHERE session_id = @session
       AND (id = @run OR (@run IS NULL AND started_at <= @createdAt))`,
  ).get({ session: checkpoint.sessionId, run: runId, createdAt: checkpoint.createdAt });
  const merge = prepared(
    db,
    `SELECT coalesce(max(number), 0) AS n FROM checkpoints WHERE session_id = ? AND trigger = 'merge'`,
  ).get(checkpoint.sessionId);
  return { afterRun: (run as { n: number }).n, afterMerge: (merge as { n: number }).n };
}

/** The number of a checkpoint, or of the last one before its time. @example numberAt(db, id) // 12 */
export function numberAt(db: Catalog, id: string): number {
  const row = prepared(
    db,
    "SELECT coalesce(max(number), 0) AS n FROM checkpoints WHERE id <= ?",
  ).get(id);
  return (row as { n: number }).n;
}
