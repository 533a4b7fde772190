import type { Catalog } from "../catalog/connection.js";
import { heldRuns } from "../catalog/runs.js";
import { getSession } from "../catalog/sessions.js";
import { isLeaseHeld } from "./lease.js";

/** Who trains a session now. */
export interface SessionHolder {
  runId: string;
  /** Of the process, as that process sees it. */
  pid: number;
  /** When the run began. */
  since: string;
}

/**
 * Who trains a session now, or null: also where the process that did is dead.
 *
 * @throws SessionNotFound
 * @example holderOf(db, store, sessionId)?.pid
 */
export function holderOf(db: Catalog, store: string, sessionId: string): SessionHolder | null {
  getSession(db, sessionId);
  const run = heldRuns(db, sessionId).find(({ holder }) => isLeaseHeld(store, holder));
  return run ? { runId: run.id, pid: run.pid, since: run.since } : null;
}
