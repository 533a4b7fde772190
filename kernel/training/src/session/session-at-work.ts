import { AsyncResource } from "node:async_hooks";
import { tableFromIPC } from "apache-arrow";
import type { RunRow, SessionRow, Store } from "@forkpoint/checkpoints";
import { RunActive } from "../errors/session.js";
import { StepOutOfRange } from "../errors/time-travel.js";
import { integerOption, namedOptions } from "../options.js";
import type { EngineLink } from "./engine-link.js";
import { SessionEngines } from "./engines.js";
import { errorFrom } from "./error-message.js";
import type { KeyframePolicy } from "./keyframes.js";
import type { EngineEvent } from "./messages.js";
import type { MetricRow } from "./recorder.js";
import { Run } from "./run.js";
import type { RunPort } from "./run.js";
import type { SessionPort, SessionUpdate } from "./session-port.js";

/** The moving parts behind a `Session`: where it stands, its engines, its run, its listeners. */
export class SessionAtWork {
  readonly store: Store;
  readonly port: SessionPort;
  readonly engines: SessionEngines;
  id: string;
  /** The newest step: that of the last row which training delivered. */
  step: number;
  run: Run | null = null;
  /** Where the run goes; null when it is to make a number of steps. */
  target: number | null = null;
  engineTitle: string | null = null;
  engineReason: string | null = null;
  stepSeconds: number | null = null;
  readonly #listeners = new Set<(update: SessionUpdate) => void>();
  readonly #onFailure: (error: Error) => void;
  #report: (error: Error) => void;

  constructor(
    store: Store,
    row: SessionRow,
    onFailure: (error: Error) => void,
    keyframes: KeyframePolicy,
    port: SessionPort,
  ) {
    this.id = row.id;
    this.store = store;
    this.port = port;
    this.#onFailure = onFailure;
    this.#report = onFailure;
    this.engines = new SessionEngines(store, keyframes, (event) => this.#hear(event));
    this.step = store.checkpoints.latest(row.id)?.step ?? row.forkStep;
  }

  /** The session's row in the store as it is now; its name may have moved. */
  get row(): SessionRow {
    return this.store.sessions.get(this.id);
  }

  /** The engine that trains the session. */
  link(): EngineLink {
    return this.engines.own(this.id);
  }

  /** The step, checked. @throws StepOutOfRange */
  stepInRange(step: number): number {
    if (!Number.isSafeInteger(step) || step < 0 || step > this.step)
      throw new StepOutOfRange(this.row.name, step, this.step);
    return step;
  }

  /** Starts a run, or gives the one that goes to the same step. @throws RunActive, OptionInvalid */
  train(target: { to?: number; steps?: number; signal?: AbortSignal }): Run {
    const options = namedOptions("train", target, ["to", "steps", "signal"]);
    const request: { kind: "train"; to?: number; steps?: number } = { kind: "train" };
    if (options["steps"] !== undefined)
      request.steps = integerOption("train", options, "steps", 0, 1);
    else request.to = integerOption("train", options, "to", -1, 0);
    if (this.run) {
      // Running all cells a second time asks for what is going on already, or was paused.
      if (request.to !== undefined && request.to === this.target) {
        if (this.run.status === "paused") void this.run.continue();
        return this.run;
      }
      // What was trained for is there already, whatever goes on beyond it.
      if (request.to !== undefined && request.to <= this.step) {
        const reached = new Run(this.#runPort());
        reached.conclude({ step: this.step });
        return reached;
      }
      throw new RunActive(this.row.name, this.run.id ?? "");
    }
    this.target = request.to ?? null;
    const run = this.#newRun(target.signal);
    this.link()
      .ask(request)
      .then(
        ({ run: row, step }) => {
          if (row) return;
          this.run = null;
          run.conclude({ step });
          this.tell({ kind: "run" });
        },
        (error: Error) => this.#failed(run, error, () => run.conclude(error)),
      );
    return run;
  }

  /** Calls back on every change until the returned function is called. */
  subscribe(listener: (update: SessionUpdate) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  tell(update: SessionUpdate): void {
    for (const listener of this.#listeners) listener(update);
  }

  #newRun(signal?: AbortSignal): Run {
    const run = new Run(this.#runPort(), signal);
    this.run = run;
    // A failure is reported in the context of the cell that trains, not of the one that opened.
    this.#report = AsyncResource.bind(this.#onFailure);
    return run;
  }

  #runPort(): RunPort {
    return {
      until: (step) => this.#until(step),
      pause: () => this.link().ask({ kind: "pause" }),
      continue: () => this.link().ask({ kind: "continue" }),
      stop: () => this.link().ask({ kind: "stop" }),
      step: () => this.step,
    };
  }

  async #until(step: number): Promise<{ step: number }> {
    const wanted = integerOption("until", { step }, "step", -1, 0);
    if (!this.run) return { step: this.step };
    const reached = await this.link().ask({ kind: "until", step: wanted });
    // Its row may be on the way still.
    this.step = Math.max(this.step, reached.step);
    return reached;
  }

  #hear(event: EngineEvent): void {
    switch (event.event) {
      case "ready":
        this.step = event.step;
        this.engineTitle = event.title;
        this.engineReason = event.reason;
        return this.tell({ kind: "engine" });
      case "progress": {
        this.step = event.step;
        this.run?.deliver(rowsOf(event.chunk));
        const { chunk, rate, secondsLeft } = event;
        if (rate) this.stepSeconds = 1 / rate;
        return this.tell({ kind: "rows", chunk, rate, secondsLeft });
      }
      case "samples":
        return this.tell({ kind: "samples", samples: event.samples });
      case "snapshots":
        return this.tell({ kind: "snapshots", snapshots: event.snapshots });
      case "checkpoint":
        return this.tell({ kind: "checkpoint" });
      case "run":
        return this.#follow(event.run, event.step);
    }
  }

  #follow(row: RunRow, step: number): void {
    // One that a model.fit began; its failure is that of the fit, which the cell awaits.
    if (!this.run && row.status === "running") void this.#newRun().done;
    const run = this.run;
    this.step = step;
    if (row.status === "running" || row.status === "paused") {
      run?.update(row, step);
      return this.tell({ kind: "run" });
    }
    this.run = null;
    const error = row.error && errorFrom({ ...row.error, data: { step }, stack: "" });
    if (run && error) this.#failed(run, error, () => run.update(row, step, error));
    else run?.update(row, step);
    this.tell({ kind: "run" });
  }

  #failed(run: Run, error: Error, settle: () => void): void {
    if (this.run === run) this.run = null;
    settle();
    this.tell({ kind: "run" });
    const report = this.#report;
    // A later await in the same turn still counts as observing.
    setImmediate(() => {
      if (!run.observed) report(error);
    });
  }
}

function rowsOf(chunk: Uint8Array): MetricRow[] {
  return tableFromIPC(chunk)
    .toArray()
    .map((row) => ({ ...row.toJSON(), step: Number(row["step"]) }) as MetricRow);
}
