import type { Catalog } from "./connection.js";
import { lineage } from "./lineage.js";
import type { RunStretch } from "./lineage.js";

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
    layRuns(parts, runs, until, (part) => ({
      ...{ sessionId: id, ...part, inherited: id !== sessionId },
    }));
  }
  return parts;
}

/** A stretch of steps and its run. */
export type RunPart = Pick<TimelinePart, "runId" | "from" | "to">;

/**
 * Lays runs over what is there, in their order, each from its first step on; ends at a step.
 *
 * @example layRuns([], runs, 300, (part) => part) // what a fork at step 300 sees of them
 */
export function layRuns<Part extends RunPart>(
  parts: Part[],
  runs: readonly RunStretch[],
  until: number,
  make: (part: RunPart) => Part,
): Part[] {
  for (const run of runs) {
    cutAfter(parts, run.fromStep);
    const end = parts.at(-1)?.to ?? -1;
    const from = Math.max(run.fromStep, end + 1);
    const to = Math.min(run.lastStep, until);
    // Killed before its first row: the step that it began at is told by the next run.
    if (run.rows === 0 && run.lastStep === run.fromStep) continue;
    if (from <= to) parts.push(make({ runId: run.id, from, to }));
  }
  cutAfter(parts, until);
  return parts;
}

function cutAfter(parts: RunPart[], step: number): void {
  while (parts.length > 0 && parts.at(-1)!.from > step) parts.pop();
  const last = parts.at(-1);
  if (last && last.to > step) last.to = step;
}
