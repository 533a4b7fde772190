import { getCheckpoint } from "./checkpoints.js";
import type { CheckpointRow } from "./checkpoints.js";
import type { Catalog } from "./connection.js";
import { lineage, requireStep } from "./lineage.js";
import type { Generation } from "./lineage.js";
import { getSession } from "./sessions.js";
import type { SessionRow } from "./sessions.js";
import { visibleBackwards } from "./visible.js";

/** Where a replay begins, and under whose settings it goes on. */
export interface NearestCheckpoint {
  checkpoint: CheckpointRow;
  /** Its session; a descendant where the checkpoint is the state that this one was forked with. */
  owner: SessionRow;
}

/**
 * The newest checkpoint at or before a step from which replay under one session's settings reaches
 * the step as the timeline shows it. Inherited steps are reached from their owner's checkpoints as
 * they stood at the fork, steps after a fork from no earlier state than that of the fork.
 *
 * @param except ids to pass over, as damaged ones
 * @returns null when there is none
 * @throws SessionNotFound, OptionInvalid for a step that is none
 * @example const { checkpoint, owner } = nearestCheckpoint(db, id, 310)!; // replay 310 - checkpoint.step
 */
export function nearestCheckpoint(
  db: Catalog,
  sessionId: string,
  step: number,
  except: readonly string[] = [],
): NearestCheckpoint | null {
  requireStep(step);
  const found = nearestIn(db, lineage(db, sessionId), step, new Set(except));
  return found && { checkpoint: found.checkpoint, owner: getSession(db, found.owner) };
}

type Found = { checkpoint: CheckpointRow; owner: string } | null;

function nearestIn(
  db: Catalog,
  line: readonly Generation[],
  step: number,
  except: ReadonlySet<string>,
): Found {
  const generation = line.at(-1);
  if (!generation) return null;
  const { id, start } = generation;
  if (step < start) return nearestIn(db, line.slice(0, -1), step, except);
  for (const own of visibleBackwards(db, generation, start, step)) {
    if (!except.has(own.id)) return { checkpoint: own, owner: id };
    // No training leads from before a merge to what came after.
    if (own.trigger === "merge") return null;
  }
  const base = beginning(db, line, except);
  if (step === start) return base;
  // From an earlier step the replay would cross the change of settings.
  return base?.checkpoint.step === start ? { checkpoint: base.checkpoint, owner: id } : null;
}

// The state with which the last session of a line began, inherited.
function beginning(db: Catalog, line: readonly Generation[], except: ReadonlySet<string>): Found {
  const { start, forkStep, forkCheckpointId } = line.at(-1)!;
  if (forkCheckpointId !== null && forkStep === start && !except.has(forkCheckpointId)) {
    const checkpoint = getCheckpoint(db, forkCheckpointId);
    if (checkpoint.step === start) return { checkpoint, owner: checkpoint.sessionId };
  }
  return nearestIn(db, line.slice(0, -1), start, except);
}
