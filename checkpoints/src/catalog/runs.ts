import { RunEnded, RunNotFound } from "../errors/entry-errors.js";
import { prepared } from "./connection.js";
import type { Catalog } from "./connection.js";

/** How a run began. */
export type RunMode = "fresh" | "resumed" | "forked";
/** Where a run is; completed, interrupted and failed are for good. */
export type RunStatus = "running" | "paused" | "completed" | "interrupted" | "failed";

/** One stretch of training inside a session. */
export interface RunRow {
  id: string;
  sessionId: string;
  mode: RunMode;
  status: RunStatus;
  /** The step of the state it began with. */
  fromStep: number;
  targetStep: number;
  /** The newest step recorded: by a metrics row, a checkpoint or its end. */
  lastStep: number;
  seed: number;
  /** The engine's identity, JSON text. */
  engine: string;
  error: { code: string; message: string } | null;
  summary: Record<string, number | null> | null;
  startedAt: string;
  endedAt: string | null;
  /** Metrics rows recorded. */
  rows: number;
}

/** A live run and who holds it. */
export interface HeldRun {
  id: string;
  sessionId: string;
  holder: string;
  pid: number;
  since: string;
}

const SELECT = `
SELECT id, session_id AS sessionId, mode, status, from_step AS fromStep, target_step AS targetStep,
  last_step AS lastStep, seed, engine, error, summary, started_at AS startedAt,
  ended_at AS endedAt, rows FROM runs`;

const LIVE = "status IN ('running', 'paused')";

type Raw = Omit<RunRow, "error" | "summary"> & { error: string | null; summary: string | null };

function fromRaw(raw: Raw): RunRow {
  return {
    ...raw,
    error: raw.error === null ? null : JSON.parse(raw.error),
    summary: raw.summary === null ? null : JSON.parse(raw.summary),
  };
}

/** The runs of one session itself, oldest first. @example listRuns(db, sessionId).at(-1)?.status */
export function listRuns(db: Catalog, sessionId: string): RunRow[] {
  const rows = prepared(
    db,
    `${SELECT} WHERE session_id = ? AND trash_id IS NULL ORDER BY number`,
  ).all(sessionId);
  return (rows as Raw[]).map(fromRaw);
}

/** The run of this id, one in the trash too. Throws RunNotFound. @example getRun(db, id).lastStep */
export function getRun(db: Catalog, id: string): RunRow {
  const raw = prepared(db, `${SELECT} WHERE id = ?`).get(id) as Raw | undefined;
  if (!raw) throw new RunNotFound({ id });
  return fromRaw(raw);
}

/** The run of this id if it has not ended. Throws RunNotFound, RunEnded. @example getLiveRun(db, id) */
export function getLiveRun(db: Catalog, id: string): RunRow {
  const run = getRun(db, id);
  if (run.endedAt !== null) throw new RunEnded({ runId: id, status: run.status });
  return run;
}

/** The live runs, of one session or of all. @example heldRuns(db).map((run) => run.pid) */
export function heldRuns(db: Catalog, sessionId?: string): HeldRun[] {
  const where = sessionId === undefined ? "" : " AND session_id = ?";
  return prepared(
    db,
    `SELECT id, session_id AS sessionId, holder, holder_pid AS pid, started_at AS since
     FROM runs WHERE ${LIVE}${where} ORDER BY number`,
  ).all(...(sessionId === undefined ? [] : [sessionId])) as HeldRun[];
}

/** Writes a new running run. Throws SQLite's errors. @example write(db, () => insertRun(db, run)) */
export function insertRun(
  db: Catalog,
  run: Pick<
    RunRow,
    "id" | "sessionId" | "mode" | "fromStep" | "targetStep" | "seed" | "engine" | "startedAt"
  > & { holder: string; pid: number },
): void {
  prepared(
    db,
    `INSERT INTO runs (id, session_id, mode, status, from_step, target_step, last_step, seed, engine,
       holder, holder_pid, started_at)
     VALUES (@id, @sessionId, @mode, 'running', @fromStep, @targetStep, @fromStep, @seed, @engine,
       @holder, @pid, @startedAt)`,
  ).run(run);
}

/** Marks a live run as running or paused. @example write(db, () => updateRunStatus(db, id, "paused")) */
export function updateRunStatus(db: Catalog, id: string, status: "running" | "paused"): void {
  prepared(db, "UPDATE runs SET status = ? WHERE id = ?").run(status, id);
}

/** Notes that a run reached a step and recorded that many more metrics rows. @example advanceRun(db, id, 500, 20) */
export function advanceRun(db: Catalog, id: string, step: number, rows: number): void {
  prepared(db, "UPDATE runs SET last_step = max(last_step, ?), rows = rows + ? WHERE id = ?").run(
    step,
    rows,
    id,
  );
}

/**
 * As advanceRun, for a run that goes on.
 *
 * @throws RunNotFound, RunEnded
 * @example advanceLiveRun(db, id, 500, 20)
 */
export function advanceLiveRun(db: Catalog, id: string, step: number, rows: number): void {
  const { changes } = prepared(
    db,
    `UPDATE runs SET last_step = max(last_step, ?), rows = rows + ?
     WHERE id = ? AND ended_at IS NULL`,
  ).run(step, rows, id);
  if (changes === 0) getLiveRun(db, id);
}

/** Corrects the count of metrics rows when the files are counted. @example setRunRows(db, id, 500) */
export function setRunRows(db: Catalog, id: string, rows: number): void {
  prepared(db, "UPDATE runs SET rows = ? WHERE id = ?").run(rows, id);
}

/** Ends a run for good. @example write(db, () => endRun(db, { id, status: "completed", … })) */
export function endRun(
  db: Catalog,
  end: Pick<RunRow, "id" | "status" | "error" | "summary"> & { step: number; endedAt: string },
): void {
  prepared(
    db,
    `UPDATE runs SET status = @status, last_step = max(last_step, @step), error = @error,
       summary = @summary, ended_at = @endedAt WHERE id = @id`,
  ).run({
    ...end,
    error: end.error === null ? null : JSON.stringify(end.error),
    summary: end.summary === null ? null : JSON.stringify(end.summary),
  });
}

/** The number of the newest run of a session, 0 if none: its place in the order of all runs. @example newestRunNumber(db, id) */
export function newestRunNumber(db: Catalog, sessionId: string): number {
  const row = prepared(
    db,
    `SELECT coalesce(max(number), 0) AS n FROM runs WHERE session_id = ? AND trash_id IS NULL`,
  ).get(sessionId) as { n: number };
  return row.n;
}

/** A run's place in the order of all runs. Throws RunNotFound. @example runNumber(db, id) */
export function runNumber(db: Catalog, id: string): number {
  const row = prepared(db, "SELECT number AS n FROM runs WHERE id = ?").get(id);
  if (!row) throw new RunNotFound({ id });
  return (row as { n: number }).n;
}
