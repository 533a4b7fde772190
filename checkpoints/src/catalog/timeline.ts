import { getSession } from "./sessions.js";
import { prepared } from "./connection.js";
import type { Catalog } from "./connection.js";

/** A stretch of steps, both ends included, and the run that recorded it. */
export interface TimelinePart {
  sessionId: string;
  runId: string;
  from: number;
  to: number;
  /** Recorded by an ancestor of the session asked for. */
  inherited: boolean;
}

interface Stretch {
  id: string;
  fromStep: number;
  lastStep: number;
}

/**
 * The steps of a session as ascending parts that do not overlap, inherited ones first. A later run
 * that started from step s hides what earlier runs recorded after s; an ancestor counts up to the
 * fork step, with the runs that it had at the fork.
 *
 * @throws SessionNotFound
 * @example timeline(db, id) // [{ runId: "…", from: 0, to: 500, inherited: true, … }, …]
 */
export function timeline(db: Catalog, sessionId: string): TimelinePart[] {
  getSession(db, sessionId);
  const parts: TimelinePart[] = [];
  for (const { id, until, runs } of lineage(db, sessionId)) {
    for (const run of runs) {
      cutAfter(parts, run.fromStep);
      const end = parts.at(-1)?.to ?? -1;
      const from = Math.max(run.fromStep, end + 1);
      const to = Math.min(run.lastStep, until);
      if (from > to) continue;
      parts.push({ sessionId: id, runId: run.id, from, to, inherited: id !== sessionId });
    }
    cutAfter(parts, until);
  }
  return parts;
}

interface Generation {
  id: string;
  /** The last step that the descendant asked for inherits. */
  until: number;
  runs: Stretch[];
}

// From the root down to the session itself.
function lineage(db: Catalog, sessionId: string): Generation[] {
  const generations: Generation[] = [];
  const seen = new Set<string>();
  let id: string | null = sessionId;
  let until = Number.MAX_SAFE_INTEGER;
  let newestRun = Number.MAX_SAFE_INTEGER;
  // A catalog from elsewhere could have a circle.
  while (id !== null && !seen.has(id)) {
    seen.add(id);
    const runs = prepared(
      db,
      `SELECT id, from_step AS fromStep, last_step AS lastStep FROM runs
       WHERE session_id = ? AND number <= ? ORDER BY number`,
    ).all(id, newestRun) as Stretch[];
    generations.unshift({ id, until, runs });
    const session = prepared(
      db,
      `SELECT parent_session_id AS parent, fork_step AS forkStep, fork_run_number AS newestRun
       FROM sessions WHERE id = ?`,
    ).get(id) as { parent: string | null; forkStep: number; newestRun: number };
    id = session.parent;
    until = Math.min(until, session.forkStep);
    newestRun = Math.min(newestRun, session.newestRun);
  }
  return generations;
}

function cutAfter(parts: TimelinePart[], step: number): void {
  while (parts.length > 0 && parts.at(-1)!.from > step) parts.pop();
  const last = parts.at(-1);
  if (last && last.to > step) last.to = step;
}
