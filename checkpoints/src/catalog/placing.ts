import { OptionInvalid } from "../errors/folder-errors.js";
import { getCheckpoint, newestMergeNumber, placeKnownTo } from "./checkpoints.js";
import type { CheckpointPlace, KnownHistory } from "./checkpoints.js";
import type { Catalog } from "./connection.js";
import { getRun, newestRunNumber, runNumber } from "./runs.js";
import { timeline } from "./timeline.js";

/** All that has happened in a session so far. @example historyNow(db, sessionId).afterRun */
export function historyNow(db: Catalog, sessionId: string): KnownHistory {
  return {
    afterRun: newestRunNumber(db, sessionId),
    afterMerge: newestMergeNumber(db, sessionId),
  };
}

/** A state of the past that training has made again. */
export interface ReplayedState {
  /** The session whose past it is, inherited steps included. */
  sessionId: string;
  /** The run of that session that recorded the step; null for the one that its timeline shows. */
  runId: string | null;
  step: number;
  /** `first`: the checkpoint from which the replay began. */
  parents?: { first: string | null };
}

/**
 * Where a replayed state belongs: to the session and the run that recorded the step, so that it is
 * hidden by just what hides that step, now and for the sessions that inherit it.
 *
 * @throws SessionNotFound, RunNotFound, CheckpointNotFound, OptionInvalid for a step that was not
 *   recorded
 * @example placeOfReplay(db, { sessionId: hot.id, runId: null, step: 120 }).sessionId // its parent's
 */
export function placeOfReplay(db: Catalog, replayed: ReplayedState): CheckpointPlace {
  const { runId, step } = replayed;
  const id = replayed.parents?.first ?? null;
  const first = id === null ? null : placeKnownTo(db, id);
  // Nothing was replayed: the same state once more.
  const begun = id === null ? 0 : getCheckpoint(db, id).step;
  if (first && begun === step) return first;
  const part =
    runId === null
      ? timeline(db, replayed.sessionId).find(({ from, to }) => from <= step && step <= to)
      : stretchOf(db, runId, step);
  if (!part) {
    throw new OptionInvalid({
      option: "step",
      reason: "is none that was recorded, to be replayed",
    });
  }
  const { sessionId } = part;
  const afterRun = runNumber(db, part.runId);
  if (!first) return { sessionId, afterRun, afterMerge: newestMergeNumber(db, sessionId) };
  // Not the merges that came after what was replayed: those that the run began with, and those
  // that made what the replay began with. It may have been saved after a merge at a later step, and
  // training does not lead there from it; inherited from an ancestor it knows none of them.
  const mine = first.sessionId === sessionId;
  const known = mine
    ? newestMergeNumber(db, sessionId, { number: first.afterMerge, step: begun })
    : 0;
  const afterMerge = Math.max(known, newestMergeNumber(db, sessionId, { beforeRun: afterRun }));
  return { sessionId, afterRun, afterMerge };
}

function stretchOf(db: Catalog, runId: string, step: number) {
  const { sessionId, fromStep, lastStep } = getRun(db, runId);
  return fromStep <= step && step <= lastStep ? { sessionId, runId } : null;
}
