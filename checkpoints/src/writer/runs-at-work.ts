import { OptionInvalid } from "../errors/folder-errors.js";
import { SessionBusy } from "../errors/entry-errors.js";
import { StoreError } from "../errors/store-error.js";
import { asWriteError } from "../errors/system-error.js";
import { insertEvent } from "../catalog/events.js";
import { write } from "../catalog/connection.js";
import { unsealedRuns } from "../catalog/recorded-rows.js";
import { endRun, getLiveRun, getRun, heldRuns, insertRun } from "../catalog/runs.js";
import type { HeldRun, RunRow } from "../catalog/runs.js";
import { getSession } from "../catalog/sessions.js";
import { newId } from "../ids.js";
import { isLeaseHeld } from "../lease/lease.js";
import { sealRows } from "../metrics/seal.js";
import { closeSegments } from "../metrics/segment-writer.js";
import { recountFilled } from "../snapshots/recount.js";
import { sealSnapshotsLater } from "../snapshots/seal.js";
import type { WriterContext } from "./context.js";
import type { RunEnd, RunInput } from "./writer.js";

/**
 * Starts a run. One that a dead holder left is closed as interrupted first.
 *
 * @throws SessionNotFound, SessionBusy, OptionInvalid
 * @example startRun(context, { sessionId, mode: "fresh", fromStep: 0, targetStep: 2000, … });
 */
export function startRun(context: WriterContext, input: RunInput): RunRow {
  for (const option of ["fromStep", "targetStep"] as const) {
    if (!Number.isSafeInteger(input[option]) || input[option] < 0) {
      throw new OptionInvalid({ option, reason: "must be a whole number from 0 on" });
    }
  }
  if (!Number.isSafeInteger(input.seed)) {
    throw new OptionInvalid({ option: "seed", reason: "must be a safe whole number" });
  }
  if (!["fresh", "resumed", "forked"].includes(input.mode)) {
    throw new OptionInvalid({ option: "mode", reason: "must be fresh, resumed or forked" });
  }
  const { db, lease } = context;
  const id = newId();
  const abandoned = write(db, () => {
    const dead = requireNotTraining(context, input.sessionId);
    const startedAt = new Date().toISOString();
    insertRun(db, { ...input, id, holder: lease.id, pid: process.pid, startedAt });
    return dead;
  });
  for (const run of abandoned) sealRun(context, run.id);
  return getRun(db, id);
}

/**
 * Ends a run, then seals what it recorded. The end is durable before the sealing begins; if that
 * fails the rows stay readable in their segments, and the next opening of the store seals them.
 *
 * @throws RunNotFound, RunEnded, OptionInvalid, and the system's or SQLite's error
 * @example finishRun(context, { runId, status: "completed", step: 2000 });
 */
export function finishRun(context: WriterContext, end: RunEnd): void {
  if (!Number.isSafeInteger(end.step) || end.step < 0) {
    throw new OptionInvalid({ option: "step", reason: "must be a whole number from 0 on" });
  }
  const { db } = context;
  write(db, () => {
    getLiveRun(db, end.runId);
    endRun(db, {
      id: end.runId,
      status: end.status,
      step: end.step,
      error: end.error ?? null,
      summary: end.summary ?? null,
      endedAt: new Date().toISOString(),
    });
  });
  closeSegments(context, end.runId);
  sealRun(context, end.runId);
}

/**
 * Closes the runs that dead holders left, and seals all ended runs that are not sealed yet. Rows
 * that cannot be sealed now (a full disk, a segment gone) do not keep the store from opening: they
 * stay as they are, and reading them says what is wrong.
 *
 * @throws SQLite's error, and faults of the program
 * @example recoverRuns(context); // when the store is opened
 */
export function recoverRuns(context: WriterContext): void {
  const { db, path } = context;
  if (heldRuns(db).some((run) => !isAlive(context, run))) {
    write(db, () => {
      for (const run of heldRuns(db)) if (!isAlive(context, run)) interrupt(context, run);
    });
  }
  for (const { runId, series } of unsealedRuns(db)) {
    if (series === "snapshots") {
      sealSnapshotsLater(context, runId);
      continue;
    }
    try {
      sealRows(context, runId, series);
    } catch (error) {
      if (!(asWriteError(error, path) instanceof StoreError)) throw error;
    }
  }
  recountFilled(context);
}

/**
 * Closes the runs that this writer still holds, as interrupted, and seals them.
 *
 * @throws the system's or SQLite's error
 * @example interruptOwnRuns(context); // when the store is closed
 */
export function interruptOwnRuns(context: WriterContext): void {
  const { db, lease } = context;
  for (const { id, holder } of heldRuns(db)) {
    if (holder !== lease.id) continue;
    finishRun(context, { runId: id, status: "interrupted", step: getRun(db, id).lastStep });
  }
}

/**
 * Ends the runs of a session that dead holders left; a living one keeps what it trains.
 *
 * @param runId only this run counts; all of the session if not given
 * @throws SessionNotFound, SessionBusy
 * @example write(db, () => requireNotTraining(context, sessionId))
 */
export function requireNotTraining(
  context: WriterContext,
  sessionId: string,
  runId?: string,
): HeldRun[] {
  const session = getSession(context.db, sessionId);
  const held = heldRuns(context.db, session.id).filter(({ id }) => id === (runId ?? id));
  for (const run of held) {
    if (isAlive(context, run)) {
      const holder = { runId: run.id, pid: run.pid, since: run.since };
      throw new SessionBusy({ sessionId: session.id, name: session.name, holder });
    }
  }
  for (const run of held) interrupt(context, run);
  return held;
}

function sealRun(context: WriterContext, runId: string): void {
  sealRows(context, runId, "metrics");
  sealSnapshotsLater(context, runId);
}

function isAlive({ path, lease }: WriterContext, run: HeldRun): boolean {
  return run.holder === lease.id || isLeaseHeld(path, run.holder);
}

function interrupt({ db }: WriterContext, run: HeldRun): void {
  const { lastStep } = getRun(db, run.id);
  const now = new Date().toISOString();
  endRun(db, {
    id: run.id,
    status: "interrupted",
    step: lastStep,
    error: null,
    summary: null,
    endedAt: now,
  });
  insertEvent(db, {
    id: newId(),
    sessionId: run.sessionId,
    runId: run.id,
    step: lastStep,
    kind: "interrupted",
    data: { reason: "the process that trained it ended without a word", pid: run.pid },
    createdAt: now,
  });
}
