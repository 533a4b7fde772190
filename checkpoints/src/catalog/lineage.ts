import { OptionInvalid } from "../errors/folder-errors.js";
import { prepared } from "./connection.js";
import type { Catalog } from "./connection.js";
import { getSession } from "./sessions.js";
import type { SessionRow } from "./sessions.js";

/** A run as a stretch of steps. */
export interface RunStretch {
  id: string;
  fromStep: number;
  lastStep: number;
  /** Metrics rows recorded. */
  rows: number;
}

/** A session as one of its descendants, or itself, sees it. */
export interface Generation {
  id: string;
  /** The last step that the descendant asked for inherits. */
  until: number;
  /** Its own steps come after this one, at which it left its parent; -1 for a root. */
  start: number;
  forkStep: number;
  forkCheckpointId: string | null;
  /** Runs of a higher number began after the descendant had left. */
  newestRun: number;
  /** Likewise of merges. */
  newestMerge: number;
  runs: RunStretch[];
}

/**
 * A session and its ancestors as they stood when it left them, from the root down to itself.
 *
 * @throws SessionNotFound
 * @example lineage(db, id).map((generation) => generation.id)
 */
export function lineage(db: Catalog, sessionId: string): Generation[] {
  getSession(db, sessionId);
  const generations: Generation[] = [];
  const seen = new Set<string>();
  let id: string | null = sessionId;
  let until = Number.MAX_SAFE_INTEGER;
  let newestRun = Number.MAX_SAFE_INTEGER;
  let newestMerge = Number.MAX_SAFE_INTEGER;
  // A catalog from elsewhere could have a circle.
  while (id !== null && !seen.has(id)) {
    seen.add(id);
    const runs = prepared(
      db,
      `SELECT id, from_step AS fromStep, last_step AS lastStep, rows FROM runs
       WHERE session_id = ? AND number <= ? AND trash_id IS NULL ORDER BY number`,
    ).all(id, newestRun) as RunStretch[];
    const { parent, forkRun, forkMerge, ...fork } = prepared(
      db,
      `SELECT parent_session_id AS parent, fork_step AS forkStep,
         fork_checkpoint_id AS forkCheckpointId, fork_run_number AS forkRun,
         fork_merge_number AS forkMerge
       FROM sessions WHERE id = ?`,
    ).get(id) as {
      parent: string | null;
      forkStep: number;
      forkCheckpointId: string | null;
      forkRun: number;
      forkMerge: number;
    };
    const { forkStep } = fork;
    // A run that began at an inherited step made what follows the session's own.
    const begun = runs.reduce((least, run) => Math.min(least, run.fromStep), forkStep);
    const start = parent === null ? -1 : begun;
    generations.unshift({ id, until, start, ...fork, newestRun, newestMerge, runs });
    id = parent;
    until = Math.min(until, forkStep);
    newestRun = Math.min(newestRun, forkRun);
    newestMerge = Math.min(newestMerge, forkMerge);
  }
  return generations;
}

/**
 * The session of the lineage under whose settings a step was trained, or would be. The step at
 * which a session left its parent is the parent's.
 *
 * @throws SessionNotFound, OptionInvalid for a step that is none
 * @example ownerOf(db, hot.id, 250).name // "sonnets": hot left it at step 300
 */
export function ownerOf(db: Catalog, sessionId: string, step: number): SessionRow {
  requireStep(step);
  const generations = lineage(db, sessionId);
  const owner = generations.findLast((generation) => step > generation.start) ?? generations[0]!;
  return getSession(db, owner.id);
}

/** Throws OptionInvalid for a number that is no step. @example requireStep(300) */
export function requireStep(step: number): void {
  if (!Number.isSafeInteger(step) || step < 0) {
    throw new OptionInvalid({ option: "step", reason: "must be a whole number from 0 on" });
  }
}
