import type { RunInput, RunRow, Store } from "@forkpoint/checkpoints";
import type { EngineEvent } from "./messages.js";
import { createPace, metricChunk } from "./recorder.js";
import type { MetricRow } from "./recorder.js";

/** How often metrics leave the engine, in milliseconds. */
const flushEvery = 250;

/** The one run that may go on in a session, and its rows on their way to store and page. */
export interface RunLog {
  readonly run: RunRow | null;
  begin(input: RunInput): Promise<RunRow>;
  /** Adds a row; it leaves with the next flush. */
  push(row: MetricRow): void;
  /** Notes that a step was reached, for the pace. */
  mark(step: number, now: number): void;
  /** The pace begins anew, after a pause. */
  repace(step: number): void;
  /** Whether the rows have waited long enough. */
  due(now: number): boolean;
  /** Sends the rows off; `step` is where training stands. */
  flush(step: number): Promise<void>;
  setStatus(status: "running" | "paused", step: number): Promise<void>;
  finish(
    status: "completed" | "interrupted" | "failed",
    step: number,
    summary: Record<string, number | null>,
    error?: Error,
  ): Promise<void>;
}

/**
 * Makes the log of a session's runs.
 *
 * @example const run = await log.begin({ sessionId, mode: "fresh", fromStep: 0, … });
 */
export function createRunLog(store: Store, post: (event: EngineEvent) => void): RunLog {
  let run: RunRow | null = null;
  let rows: MetricRow[] = [];
  let pace = createPace();
  let lastFlush = 0;
  let best: number | null = null;

  async function flush(step: number): Promise<void> {
    lastFlush = performance.now();
    if (rows.length === 0 || !run) return;
    const chunk = metricChunk(rows);
    rows = [];
    const rate = pace.rate();
    const secondsLeft = rate ? (run.targetStep - step) / rate : null;
    const written = store.writer.appendMetrics({ runId: run.id, chunk });
    post({ event: "progress", step, chunk, rate, secondsLeft });
    await written;
  }

  function repace(step: number): void {
    pace = createPace();
    pace.mark(step, performance.now());
  }

  return {
    get run() {
      return run;
    },
    async begin(input) {
      run = await store.writer.startRun(input);
      best = null;
      repace(input.fromStep);
      post({ event: "run", run, step: input.fromStep });
      return run;
    },
    push(row) {
      rows.push(row);
      const loss = row.validation_loss;
      if (loss !== null && Number.isFinite(loss)) best = Math.min(loss, best ?? Infinity);
    },
    mark: (step, now) => pace.mark(step, now),
    repace,
    due: (now) => now - lastFlush >= flushEvery,
    flush,
    async setStatus(status, step) {
      if (!run) return;
      await store.writer.setRunStatus(run.id, status);
      run = { ...run, status };
      post({ event: "run", run, step });
    },
    async finish(status, step, summary, error) {
      if (!run) return;
      const ended = run;
      await flush(step);
      const code = (error as { code?: string } | undefined)?.code ?? error?.name ?? "Error";
      const failure = error ? { code, message: error.message } : null;
      await store.writer.finishRun({
        ...{ runId: ended.id, status, step, error: failure },
        // Lists of runs show it without reading the metrics.
        summary: { ...summary, best_validation_loss: best },
      });
      run = null;
      post({ event: "run", run: store.runs.get(ended.id), step });
    },
  };
}
