import { inspect } from "node:util";
import type { RunRow } from "@forkpoint/checkpoints";
import { StepNotReached } from "../errors/session.js";
import type { MetricRow } from "./recorder.js";

export type RunStatus = "starting" | RunRow["status"];

/** What a run needs of its session. */
export interface RunPort {
  until(step: number): Promise<{ step: number }>;
  pause(): Promise<{ step: number }>;
  continue(): Promise<{ step: number }>;
  stop(): Promise<{ step: number }>;
  step(): number;
}

/**
 * One stretch of training, as a cell holds it.
 *
 * @example
 * const run = session.train({ to: 2000 });
 * await run.until(500);
 * await session.save("halfway");
 * await run.done;
 */
export class Run implements AsyncIterable<MetricRow> {
  #row: RunRow | null = null;
  #status: RunStatus = "starting";
  #observed = false;
  #port: RunPort;
  #done: Promise<{ step: number; status: RunStatus }>;
  #settle!: {
    resolve: (end: { step: number; status: RunStatus }) => void;
    reject: (error: Error) => void;
  };
  #readers = new Set<(row: MetricRow | null) => void>();
  #signal: AbortSignal | undefined;

  /** @internal Runs are made by `session.train()`. */
  constructor(port: RunPort, signal?: AbortSignal) {
    this.#port = port;
    this.#signal = signal;
    this.#done = new Promise((resolve, reject) => (this.#settle = { resolve, reject }));
    // A failure that nobody awaits is reported by the session instead of as an unhandled rejection.
    this.#done.catch(() => {});
    signal?.addEventListener("abort", this.#abort, { once: true });
  }

  /** The run's id; null until training has begun, and when there was nothing to train. */
  get id(): string | null {
    return this.#row?.id ?? null;
  }

  get status(): RunStatus {
    return this.#status;
  }

  /** The newest step. */
  get step(): number {
    return this.#port.step();
  }

  /**
   * Settles when the run ends: resolves with the last step and the status (completed or
   * interrupted), rejects with the error of a failed run.
   *
   * @throws LossNotFinite, StoreWriteFailed and whatever the model throws.
   */
  get done(): Promise<{ step: number; status: RunStatus }> {
    this.#observed = true;
    return this.#done;
  }

  /** Resolves when the run has ended, however it did; does not count as awaiting {@link done}. */
  get ended(): Promise<void> {
    return this.#done.then(
      () => {},
      () => {},
    );
  }

  /** Whether someone asked for {@link done}. */
  get observed(): boolean {
    return this.#observed;
  }

  /**
   * Resolves after `step` and before the step that follows: what is asked of the session before the
   * next `await` means this step. Resolves with the newest step when it has passed already.
   *
   * @throws StepNotReached when the run ends earlier.
   * @example
   * await run.until(500);
   */
  until(step: number): Promise<{ step: number }> {
    return this.#port.until(step);
  }

  /** Holds at the next step boundary with a checkpoint. */
  pause(): Promise<{ step: number }> {
    return this.#port.pause();
  }

  /** Goes on after a pause. */
  continue(): Promise<{ step: number }> {
    return this.#port.continue();
  }

  /** Ends the run at the next step boundary with a checkpoint. */
  stop(): Promise<{ step: number }> {
    return this.#port.stop();
  }

  /** The rows of the run from now on, as they arrive (a few times a second), until it ends. */
  async *[Symbol.asyncIterator](): AsyncIterator<MetricRow> {
    const arrived: (MetricRow | null)[] = [];
    let wake = (): void => {};
    const reader = (row: MetricRow | null): void => {
      arrived.push(row);
      wake();
    };
    if (this.#isOver()) return;
    this.#readers.add(reader);
    try {
      for (;;) {
        while (arrived.length === 0) await new Promise<void>((resolve) => (wake = resolve));
        const row = arrived.shift();
        if (!row) return;
        yield row;
      }
    } finally {
      this.#readers.delete(reader);
    }
  }

  [inspect.custom](): string {
    return `Run ${this.id ?? "(starting)"}: ${this.#status} at step ${this.step}`;
  }

  /** @internal New rows. */
  deliver(rows: MetricRow[]): void {
    for (const reader of this.#readers) rows.forEach(reader);
  }

  /** @internal The run's row in the store has changed. */
  update(row: RunRow, step: number, error?: Error): void {
    this.#row = row;
    this.#status = row.status;
    if (!this.#isOver()) return;
    if (error) this.#end(() => this.#settle.reject(error));
    else this.#end(() => this.#settle.resolve({ step, status: row.status }));
  }

  /** @internal There was nothing to train, or it could not begin. */
  conclude(end: { step: number } | Error): void {
    this.#status = end instanceof Error ? "failed" : "completed";
    if (end instanceof Error) this.#end(() => this.#settle.reject(end));
    else this.#end(() => this.#settle.resolve({ step: end.step, status: "completed" }));
  }

  #isOver(): boolean {
    return !["starting", "running", "paused"].includes(this.#status);
  }

  #end(settle: () => void): void {
    this.#signal?.removeEventListener("abort", this.#abort);
    for (const reader of this.#readers) reader(null);
    settle();
  }

  #abort = (): void => {
    this.stop().catch((error: Error) => {
      if (!(error instanceof StepNotReached)) this.conclude(error);
    });
  };
}
