import { SELECT_CHECKPOINT } from "./checkpoints.js";
import type { CheckpointRow } from "./checkpoints.js";
import { prepared } from "./connection.js";
import type { Catalog } from "./connection.js";

/** A session's checkpoints as of a moment in the order of all runs and merges. */
export interface CheckpointView {
  id: string;
  /** The newest run that counts. */
  newestRun: number;
  /** The newest merge that counts. */
  newestMerge: number;
}

/** A session as it stands now. @example visibleCheckpoints(db, viewOfNow(id), 0, 500) */
export function viewOfNow(id: string): CheckpointView {
  return { id, newestRun: Number.MAX_SAFE_INTEGER, newestMerge: Number.MAX_SAFE_INTEGER };
}

// A checkpoint knows the runs up to `after_run`, the view those up to `newestRun`. The runs that
// only one of them knows must not have begun before the checkpoint's step: else the step that the
// view shows was made by another run. Likewise with merges, which change their own step too.
const VISIBLE = `c.session_id = @id AND c.trash_id IS NULL AND c.step BETWEEN @from AND @to
  AND NOT EXISTS (SELECT 1 FROM runs r WHERE r.session_id = c.session_id AND r.trash_id IS NULL
    AND r.number > min(c.after_run, @newestRun) AND r.number <= max(c.after_run, @newestRun)
    AND r.from_step < c.step)
  AND NOT EXISTS (SELECT 1 FROM checkpoints m
    WHERE m.session_id = c.session_id AND m.trigger = 'merge' AND m.trash_id IS NULL
    AND m.number > min(c.after_merge, @newestMerge)
    AND m.number <= max(c.after_merge, @newestMerge) AND m.step <= c.step)`;

/**
 * A session's own checkpoints between two steps, both included, that belong to the timeline of a
 * view: ascending by step, of two at one step the older first.
 *
 * @example visibleCheckpoints(db, viewOfNow(id), 0, 500)
 */
export function visibleCheckpoints(
  db: Catalog,
  view: CheckpointView,
  from: number,
  to: number,
): CheckpointRow[] {
  return prepared(db, `${SELECT_CHECKPOINT} WHERE ${VISIBLE} ORDER BY c.step, c.number`).all(
    asked(view, from, to),
  ) as CheckpointRow[];
}

/**
 * The same backwards: the last step first, of two at one step the newer.
 *
 * @example for (const row of visibleBackwards(db, viewOfNow(id), 0, 500)) if (fits(row)) return row;
 */
export function visibleBackwards(
  db: Catalog,
  view: CheckpointView,
  from: number,
  to: number,
): IterableIterator<CheckpointRow> {
  return prepared(
    db,
    `${SELECT_CHECKPOINT} WHERE ${VISIBLE} ORDER BY c.step DESC, c.number DESC`,
  ).iterate(asked(view, from, to)) as IterableIterator<CheckpointRow>;
}

/**
 * The session's own checkpoint with the highest step at or before a step; of two at one step the
 * newer. One that a later run or merge from an earlier step has hidden does not count.
 *
 * @example latestCheckpoint(db, id, 500)?.step // 480
 */
export function latestCheckpoint(
  db: Catalog,
  sessionId: string,
  atOrBefore: number = Number.MAX_SAFE_INTEGER,
): CheckpointRow | null {
  for (const row of visibleBackwards(db, viewOfNow(sessionId), 0, atOrBefore)) return row;
  return null;
}

function asked({ id, newestRun, newestMerge }: CheckpointView, from: number, to: number) {
  return { id, newestRun, newestMerge, from, to };
}
