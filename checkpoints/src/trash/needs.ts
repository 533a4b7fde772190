import { prepared } from "../catalog/connection.js";
import type { Catalog } from "../catalog/connection.js";
import { thinnable } from "../catalog/keyframes.js";
import { layRuns } from "../catalog/timeline.js";
import type { RunStretch } from "../catalog/lineage.js";
import type { NeededBy } from "../errors/entry-errors.js";

/** A run in its place among those of its session. */
export interface PlacedRun extends RunStretch {
  number: number;
  sessionId: string;
}

/** A run with its number, in the trash or not. @example placedRun(db, id).fromStep */
export function placedRun(db: Catalog, id: string): PlacedRun {
  return prepared(
    db,
    `SELECT id, number, session_id AS sessionId, from_step AS fromStep, last_step AS lastStep, rows
     FROM runs WHERE id = ?`,
  ).get(id) as PlacedRun;
}

// Whether a step of a session, as of a run number, was reached by training of this run.
function standsOn(runs: readonly PlacedRun[], run: PlacedRun, asOf: number, step: number): boolean {
  const known = runs.filter(({ number }) => number <= asOf);
  const parts = layRuns([], known, step, (part) => part);
  return parts.some((part) => part.runId === run.id && part.to > run.fromStep);
}

/** What was made from the states of a run: later runs, forks, checkpoints. */
export interface MadeFromRun {
  runs: PlacedRun[];
  forks: { id: string; name: string; forkStep: number }[];
  checkpoints: { id: string; step: number }[];
}

/**
 * What is not in the trash and was made from what a run made, or would be if the run were there.
 *
 * @example madeFromRun(db, run).runs.length === 0 // nothing was trained from its end on
 */
export function madeFromRun(db: Catalog, run: PlacedRun): MadeFromRun {
  const { sessionId } = run;
  const others = prepared(
    db,
    `SELECT id, number, session_id AS sessionId, from_step AS fromStep, last_step AS lastStep, rows
     FROM runs WHERE session_id = ? AND trash_id IS NULL AND id <> ? ORDER BY number`,
  ).all(sessionId, run.id) as PlacedRun[];
  const all = [...others, run].sort((a, b) => a.number - b.number);
  const forks = prepared(
    db,
    `SELECT s.id, n.name, s.fork_step AS forkStep, s.fork_run_number AS newest FROM sessions s
     JOIN session_names n ON n.session_id = s.id WHERE s.parent_session_id = ?`,
  ).all(sessionId) as { id: string; name: string; forkStep: number; newest: number }[];
  const checkpoints = prepared(
    db,
    `SELECT id, step, run_id AS runId, after_run AS newest FROM checkpoints
     WHERE session_id = ? AND trash_id IS NULL`,
  ).all(sessionId) as { id: string; step: number; runId: string | null; newest: number }[];
  return {
    runs: others.filter(
      (later) => later.number > run.number && standsOn(all, run, later.number - 1, later.fromStep),
    ),
    forks: forks.filter(({ newest, forkStep }) => standsOn(all, run, newest, forkStep)),
    checkpoints: checkpoints.filter(
      ({ step, runId, newest }) => runId === run.id || standsOn(all, run, newest, step),
    ),
  };
}

/** Why a checkpoint cannot be done without, if so. @example checkpointNeeds(db, row).map((need) => need.why) */
export function checkpointNeeds(
  db: Catalog,
  { id, sessionId, step }: { id: string; sessionId: string; step: number },
): NeededBy[] {
  const needs = [...modelsOf(db, id), ...forksFrom(db, id)];
  const row = thinnable(db, sessionId, 0).find((candidate) => candidate.id === id);
  const silent = prepared(
    db,
    `SELECT s.id, n.name FROM sessions s JOIN session_names n ON n.session_id = s.id
     WHERE s.parent_session_id = ? AND s.fork_step = ? AND s.fork_checkpoint_id IS NULL`,
  ).all(sessionId, step) as { id: string; name: string }[];
  if (row?.visible) for (const fork of silent) needs.push(forkNeed(fork));
  const merge = prepared(db, "SELECT trigger = 'merge' AS merge FROM checkpoints WHERE id = ?").get(
    id,
  ) as { merge: 0 | 1 };
  if (row?.fixed || (row?.visible && merge.merge === 1)) {
    const name = `step ${step}`;
    const why = `the steps from ${step} on are reached from it and from nothing else`;
    needs.push({ kind: "session", id: sessionId, name, why });
  }
  return needs;
}

/** The models of a checkpoint, as needs. @example modelsOf(db, checkpointId)[0]?.name */
export function modelsOf(db: Catalog, checkpointId: string): NeededBy[] {
  const models = prepared(
    db,
    "SELECT id, name FROM models WHERE checkpoint_id = ? AND trash_id IS NULL",
  ).all(checkpointId) as { id: string; name: string }[];
  return models.map(({ id, name }) => {
    return { kind: "model", id, name, why: `the model "${name}" is this state` };
  });
}

/** The sessions that begin with a checkpoint, as needs. @example forksFrom(db, checkpointId).length */
export function forksFrom(db: Catalog, checkpointId: string): NeededBy[] {
  const forks = prepared(
    db,
    `SELECT s.id, n.name FROM sessions s JOIN session_names n ON n.session_id = s.id
     WHERE s.fork_checkpoint_id = ?`,
  ).all(checkpointId) as { id: string; name: string }[];
  return forks.map(forkNeed);
}

/** A session that was forked, as a need. @example forkNeed({ id, name: "hot" }).why */
export function forkNeed({ id, name }: { id: string; name: string }): NeededBy {
  return { kind: "session", id, name, why: `the session "${name}" was forked from it` };
}
