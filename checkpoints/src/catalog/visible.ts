import { SELECT_CHECKPOINT } from "./checkpoints.js";
import type { CheckpointRow } from "./checkpoints.js";
import { prepared } from "./connection.js";
import type { Catalog } from "./connection.js";

/** A session's checkpoints as of a moment in the order of all runs. */
export interface CheckpointView {
  id: string;
  /** The newest run that counts. */
  newestRun: number;
}

// A checkpoint knows the runs up to `after_run`, the view those up to `newestRun`. The runs that
// only one of them knows must not have begun before the checkpoint's step: else the step that the
// view shows was made by another run.
const VISIBLE = `c.session_id = @id AND c.step BETWEEN @from AND @to
  AND NOT EXISTS (SELECT 1 FROM runs r WHERE r.session_id = c.session_id
    AND r.number > min(c.after_run, @newestRun) AND r.number <= max(c.after_run, @newestRun)
    AND r.from_step < c.step)`;

/**
 * A session's own checkpoints between two steps, both included, that belong to the timeline of a
 * view: ascending by step, of two at one step the older first.
 *
 * @example visibleCheckpoints(db, { id, newestRun: Number.MAX_SAFE_INTEGER }, 0, 500)
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
 * The last of the visible checkpoints between two steps that is not to be passed over.
 *
 * @example lastVisible(db, view, 0, 500, new Set())?.step // 480
 */
export function lastVisible(
  db: Catalog,
  view: CheckpointView,
  from: number,
  to: number,
  except: ReadonlySet<string>,
): CheckpointRow | null {
  const rows = prepared(
    db,
    `${SELECT_CHECKPOINT} WHERE ${VISIBLE} ORDER BY c.step DESC, c.number DESC`,
  ).iterate(asked(view, from, to)) as IterableIterator<CheckpointRow>;
  for (const row of rows) if (!except.has(row.id)) return row;
  return null;
}

/**
 * The session's own checkpoint with the highest step at or before a step; of two at one step the
 * newer. One that a later run from an earlier step has hidden does not count.
 *
 * @example latestCheckpoint(db, id, 500)?.step // 480
 */
export function latestCheckpoint(
  db: Catalog,
  sessionId: string,
  atOrBefore: number = Number.MAX_SAFE_INTEGER,
): CheckpointRow | null {
  const now = { id: sessionId, newestRun: Number.MAX_SAFE_INTEGER };
  return lastVisible(db, now, 0, atOrBefore, new Set());
}

function asked({ id, newestRun }: CheckpointView, from: number, to: number) {
  return { id, newestRun, from, to };
}
