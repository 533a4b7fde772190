import type { Catalog } from "./connection.js";
import { lineage } from "./lineage.js";

/** A stretch of steps, both ends included, and the run that recorded it. */
export interface TimelinePart {
  sessionId: string;
  runId: string;
  from: number;
  to: number;
  /** Recorded by an ancestor of the session asked for. */
  inherited: boolean;
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

function cutAfter(parts: TimelinePart[], step: number): void {
  while (parts.length > 0 && parts.at(-1)!.from > step) parts.pop();
  const last = parts.at(-1);
  if (last && last.to > step) last.to = step;
}
