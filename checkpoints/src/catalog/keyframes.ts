import { getCheckpoint } from "./checkpoints.js";
import type { CheckpointRow } from "./checkpoints.js";
import { prepared } from "./connection.js";
import type { Catalog } from "./connection.js";
import { lineage } from "./lineage.js";
import { getSession } from "./sessions.js";
import { timeline } from "./timeline.js";
import { viewOfNow, visibleCheckpoints } from "./visible.js";
import type { CheckpointView } from "./visible.js";

/** The checkpoints along a session's timeline. */
export interface Keyframes {
  /** Steps that need no replay. */
  count: number;
  /** Of the packs that their saves wrote. */
  bytes: number;
  /** The most steps from one to the next or to the timeline's end: a replay makes fewer, or as many at the end. */
  longestGap: number;
  /** Ascending. */
  steps: number[];
}

const LAST = Number.MAX_SAFE_INTEGER;

/**
 * Where replays along a session's timeline begin, inherited checkpoints included.
 *
 * @throws SessionNotFound
 * @example keyframes(db, id).longestGap // 480
 */
export function keyframes(db: Catalog, sessionId: string): Keyframes {
  const byStep = new Map<number, CheckpointRow>();
  const line = lineage(db, sessionId);
  for (const [index, generation] of line.entries()) {
    const { start, forkStep, forkCheckpointId } = generation;
    const until = line.slice(index + 1).reduce((least, next) => Math.min(least, next.start), LAST);
    if (start > until) continue;
    const base =
      forkCheckpointId !== null && start === forkStep ? [getCheckpoint(db, forkCheckpointId)] : [];
    const begun = base.filter((row) => row.step === start);
    const own = visibleCheckpoints(db, generation, start, until);
    for (const row of [...begun, ...own]) byStep.set(row.step, row);
  }
  const steps = [...byStep.keys()].sort((a, b) => a - b);
  const end = timeline(db, sessionId).at(-1)?.to ?? 0;
  const gaps = steps.map((step, index) => (steps[index + 1] ?? Math.max(end, step)) - step);
  return {
    count: steps.length,
    bytes: [...byStep.values()].reduce((sum, row) => sum + row.bytes, 0),
    longestGap: Math.max(0, ...gaps),
    steps,
  };
}

/** A checkpoint of a session, and what would be lost with it. */
export interface ThinnableRow {
  id: string;
  step: number;
  bytes: number;
  /** Named, thrown away, a fork point, merged or made for itself: more than a keyframe. */
  needed: boolean;
  /** Some timeline could not be reached without it, or it is one of the newest. */
  fixed: boolean;
  /** On the timeline of the session or of one that inherits from it. */
  visible: boolean;
}

/**
 * All checkpoints of a session, ascending by step, of two at one step the older first, with what
 * keeps each.
 *
 * @param keepNewest how many of the newest visible ones are to stay
 * @throws SessionNotFound
 * @example thinnable(db, sessionId, 3).filter((row) => !row.needed && !row.fixed)
 */
export function thinnable(db: Catalog, sessionId: string, keepNewest: number): ThinnableRow[] {
  const { rootSessionId } = getSession(db, sessionId);
  const now = visibleCheckpoints(db, viewOfNow(sessionId), 0, LAST);
  const views = [now];
  for (const { until, ...view } of inheritedViews(db, sessionId)) {
    views.push(visibleCheckpoints(db, view, 0, until));
  }
  const visible = new Set(views.flatMap((rows) => rows.map((row) => row.id)));
  const newest = now.slice(Math.max(0, now.length - keepNewest));
  const fixed = new Set([...newest, ...views.flatMap((rows) => rows.slice(0, 1))]);
  const fixedIds = new Set([...fixed].map((row) => row.id));
  const rows = prepared(
    db,
    `SELECT c.id, c.step, c.bytes,
       c.trigger NOT IN ('auto', 'replay', 'pause')
       OR EXISTS (SELECT 1 FROM models m WHERE m.checkpoint_id = c.id)
       OR EXISTS (SELECT 1 FROM sessions s WHERE s.fork_checkpoint_id = c.id)
       OR EXISTS (SELECT 1 FROM checkpoints m WHERE m.trigger = 'merge'
         AND (m.parent_checkpoint_id = c.id OR m.second_parent_checkpoint_id = c.id))
       -- What descendants began with, though they do not say so.
       OR c.step IN (SELECT s.fork_step FROM sessions s
         WHERE s.root_session_id = @rootSessionId AND s.parent_session_id IS NOT NULL)
       OR c.step IN (SELECT r.from_step FROM runs r JOIN sessions s ON s.id = r.session_id
         WHERE s.root_session_id = @rootSessionId AND s.parent_session_id IS NOT NULL
           AND r.from_step < s.fork_step) AS needed
     FROM checkpoints c WHERE c.session_id = @sessionId AND c.trash_id IS NULL ORDER BY c.step, c.number`,
  ).all({ sessionId, rootSessionId }) as {
    id: string;
    step: number;
    bytes: number;
    needed: 0 | 1;
  }[];
  return rows.map((row) => ({
    ...row,
    needed: row.needed === 1,
    fixed: fixedIds.has(row.id),
    visible: visible.has(row.id),
  }));
}

// A session as its children see it; their own descendants see no more of it.
function inheritedViews(db: Catalog, sessionId: string): (CheckpointView & { until: number })[] {
  return prepared(
    db,
    `SELECT parent_session_id AS id, fork_step AS until, fork_run_number AS newestRun,
       fork_merge_number AS newestMerge
     FROM sessions WHERE parent_session_id = ?`,
  ).all(sessionId) as (CheckpointView & { until: number })[];
}
