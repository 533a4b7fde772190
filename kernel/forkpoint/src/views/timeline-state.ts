import type { RunRow } from "@forkpoint/checkpoints";
import { modelSummary } from "@forkpoint/training";
import type { Session, TrainingStore } from "@forkpoint/training";
import { LIMITS } from "@forkpoint/wire";
import type { TimelineState, WireRun, WireStretch } from "@forkpoint/wire";
import { countText } from "../text/number.js";

/** How fast a run goes, and how long it still will. */
export interface Pace {
  rate: number | null;
  secondsLeft: number | null;
}

/** A session as the page knows it. @example sessionOf(store, session).fork_step */
export function sessionOf(store: TrainingStore, session: Session): TimelineState["session"] {
  const row = session.row;
  const parent = row.parentSessionId ? store.store.sessions.get(row.parentSessionId) : null;
  return {
    id: row.id,
    name: row.name,
    parent_id: parent?.id ?? null,
    parent_name: parent?.name ?? null,
    root_id: row.rootSessionId,
    fork_step: row.forkStep,
  };
}

/** A session's newest run; null before the first. @example runOf(session, pace)?.status */
export function runOf(session: Session, pace: Pace): WireRun | null {
  const row = session.runs.at(-1);
  if (!row) return null;
  const live = row.status === "running";
  return {
    id: row.id,
    status: row.status,
    from: row.fromStep,
    target: row.targetStep,
    steps_per_second: live ? pace.rate : null,
    seconds_left: live ? pace.secondsLeft : null,
    seconds: secondsOf(row),
    error: row.error,
  };
}

/** How long a run took, or takes already, in seconds. @example secondsOf(run) // 12.4 */
export function secondsOf({ startedAt, endedAt }: RunRow): number {
  const end = endedAt === null ? Date.now() : Date.parse(endedAt);
  return Math.max(0, (end - Date.parse(startedAt)) / 1000);
}

/** A session's model and data in a line. @example summaryOf(session) */
export function summaryOf(session: Session): string {
  const { title, shape, parameters } = modelSummary(session.modelConfig);
  const size = `${countText(parameters)} parameters`;
  return [title, ...(shape ? [shape] : []), size, session.dataConfig.title].join(" · ");
}

/**
 * Which run made which steps. Only the newest where there are very many: a page needs them for gaps and for
 * what is inherited.
 *
 * @example stretchesOf(store, session).at(-1)?.to
 */
export function stretchesOf({ store }: TrainingStore, session: Session): WireStretch[] {
  return store
    .timeline(session.id)
    .slice(-LIMITS.stretches)
    .map(({ runId, from, to, inherited }) => {
      return { run_id: runId, status: store.runs.get(runId).status, from, to, inherited };
    });
}

/** What made the steps: the engine at work, else that of the newest run. @example backendOf(session) */
export function backendOf(session: Session): string {
  return session.engineTitle ?? engineOfRun(session.runs.at(-1));
}

function engineOfRun(run: RunRow | undefined): string {
  if (!run) return "not started";
  return (JSON.parse(run.engine) as { library?: string }).library ?? "unknown";
}
