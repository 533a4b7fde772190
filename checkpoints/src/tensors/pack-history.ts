import { checkpointOfNumber } from "../catalog/checkpoints.js";
import type { KnownHistory } from "../catalog/checkpoints.js";
import { storeId } from "../catalog/connection.js";
import type { Catalog } from "../catalog/connection.js";
import { lineage } from "../catalog/lineage.js";
import { listRuns, runNumber } from "../catalog/runs.js";
import { timeline } from "../catalog/timeline.js";
import { getSession, seenAtFork, sessionAsMade } from "../catalog/sessions.js";
import type { PackHistory } from "./pack.js";

/**
 * What a pack tells about the order of events around its checkpoint, so that a lost catalog can be
 * rebuilt from packs alone.
 *
 * @throws SessionNotFound, StoreDamaged
 * @example packHistory(db, store, sessionId, runId, { afterRun: 3, afterMerge: 0 }).runs.length
 */
export function packHistory(
  db: Catalog,
  store: string,
  sessionId: string,
  runId: string | null,
  known: KnownHistory,
): PackHistory {
  const line = lineage(db, sessionId);
  const sessions = line.map(({ id }) => {
    const { forkRunNumber, forkMergeNumber } = seenAtFork(db, id);
    const forkMerge = checkpointOfNumber(db, forkMergeNumber);
    return { ...sessionAsMade(getSession(db, id)), forkRunNumber, forkMerge };
  });
  // A run off the timeline is told of by the packs that it saved itself.
  const shown = new Set(timeline(db, sessionId).map((part) => part.runId));
  const runs = line.flatMap(({ id }) =>
    listRuns(db, id).flatMap((run) => {
      if (!shown.has(run.id) && run.id !== runId) return [];
      const { sessionId, mode, status, fromStep, targetStep, lastStep, seed, engine } = run;
      const { startedAt, rows } = run;
      const known = { id: run.id, number: runNumber(db, run.id), sessionId, mode, status, rows };
      return { ...known, fromStep, targetStep, lastStep, seed, engine, startedAt };
    }),
  );
  const { afterRun } = known;
  const afterMerge = checkpointOfNumber(db, known.afterMerge);
  return { store: storeId(db, store), afterRun, afterMerge, sessions, runs };
}
