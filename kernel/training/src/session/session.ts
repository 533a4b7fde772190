import { AsyncResource } from "node:async_hooks";
import { inspect } from "node:util";
import type { Table } from "apache-arrow";
import { tableFromIPC } from "apache-arrow";
import type {
  EventRow,
  ModelRow,
  RunRow,
  SampleRow,
  SessionRow,
  Store,
} from "@forkpoint/checkpoints";
import { RunActive } from "../errors/session.js";
import { integerOption, namedOptions, numberOption } from "../options.js";
import { startEngine } from "./engine-link.js";
import type { EngineLink } from "./engine-link.js";
import { errorFrom } from "./error-message.js";
import type { EngineEvent } from "./messages.js";
import type { MetricRow } from "./recorder.js";
import { Run } from "./run.js";
import { configsOf } from "./setup.js";
import type { DataConfig, ModelConfig, TrainingConfig } from "./setup.js";

/** What changed in a session, for views and other listeners. */
export type SessionUpdate =
  | { kind: "rows"; chunk: Uint8Array; rate: number | null; secondsLeft: number | null }
  | { kind: "samples"; samples: SampleRow[] }
  | { kind: "run" }
  | { kind: "checkpoint" }
  | { kind: "engine" };

/** Told of a run that failed while nobody awaited it. */
export type FailureListener = (error: Error, session: Session) => void;

/**
 * An immutable branch of weight history, at work. Made by `store.session()` or by loading a model.
 *
 * @example
 * const session = await store.session("sonnets", { model: microGPT(), data: corpus.sonnets() });
 * await session.train({ to: 100 }).done;
 * await session.save("first");
 */
export class Session {
  readonly id: string;
  /** The shape of the model. */
  readonly modelConfig: ModelConfig;
  /** How it trains. */
  readonly trainingConfig: TrainingConfig;
  /** What it trains on. */
  readonly dataConfig: DataConfig;
  /** The step it was loaded or forked at; null for a session that began with fresh weights. */
  readonly resumedFromStep: number | null;
  #store: Store;
  #engine: EngineLink | null = null;
  #engineTitle: string | null = null;
  #engineReason: string | null = null;
  #run: Run | null = null;
  #target: number | null = null;
  #step: number;
  #listeners = new Set<(update: SessionUpdate) => void>();
  #onFailure: FailureListener;
  #report: (error: Error) => void;
  #autosaveSeconds: number;

  /** @internal */
  constructor(store: Store, row: SessionRow, onFailure: FailureListener, autosaveSeconds = 10) {
    this.id = row.id;
    const { model, training, data } = configsOf(row);
    this.modelConfig = model;
    this.trainingConfig = training;
    this.dataConfig = data;
    this.resumedFromStep = row.parentSessionId ? row.forkStep : null;
    this.#store = store;
    this.#onFailure = onFailure;
    this.#report = (error) => onFailure(error, this);
    this.#autosaveSeconds = autosaveSeconds;
    this.#step = store.checkpoints.latest(row.id)?.step ?? row.forkStep;
  }

  /** The session's row in the store as it is now; its name may have moved. */
  get row(): SessionRow {
    return this.#store.sessions.get(this.id);
  }

  get name(): string {
    return this.row.name;
  }

  /** The newest step: that of the last row which training delivered. */
  get step(): number {
    return this.#step;
  }

  /** The run that trains or pauses now, else null. */
  get run(): Run | null {
    return this.#run;
  }

  /** The engine's title, for example "native CPU (TensorFlow 2.20.0)"; null before it started. */
  get engineTitle(): string | null {
    return this.#engineTitle;
  }

  /** Why a better engine does not run; null when the best one does, or none was started. */
  get engineReason(): string | null {
    return this.#engineReason;
  }

  /** The session's own runs, oldest first. */
  get runs(): RunRow[] {
    return this.#store.runs.list(this.id);
  }

  /** The session's events, oldest first. */
  get events(): EventRow[] {
    return this.#store.events.list(this.id);
  }

  /**
   * Trains in the background up to a step (`to`) or for a number of steps (`steps`), and returns at
   * once. Nothing happens when the step has been reached already; while a run to the same step goes
   * on, that run is returned.
   *
   * @throws RunActive ("SessionBusy") when a run to another step is going on; OptionInvalid. What fails later
   *   rejects `run.done`.
   * @example
   * const run = session.train({ to: 2000 });
   * await run.done;
   */
  train(target: { to?: number; steps?: number; signal?: AbortSignal }): Run {
    const options = namedOptions("train", target, ["to", "steps", "signal"]);
    const request: { kind: "train"; to?: number; steps?: number } = { kind: "train" };
    if (options["steps"] !== undefined)
      request.steps = integerOption("train", options, "steps", 0, 1);
    else request.to = integerOption("train", options, "to", -1, 0);
    if (this.#run) {
      // Running all cells a second time asks for what is going on already, or was paused.
      if (request.to !== undefined && request.to === this.#target) {
        if (this.#run.status === "paused") void this.#run.continue();
        return this.#run;
      }
      throw new RunActive(this.name, this.#run.id ?? "");
    }
    this.#target = request.to ?? null;
    const run = new Run(
      {
        until: (step) => this.#until(step),
        pause: () => this.#link().ask({ kind: "pause" }),
        continue: () => this.#link().ask({ kind: "continue" }),
        stop: () => this.#link().ask({ kind: "stop" }),
        step: () => this.#step,
      },
      target.signal,
    );
    this.#run = run;
    // A failure is reported in the context of the cell that trains, not of the one that opened.
    this.#report = AsyncResource.bind((error: Error) => this.#onFailure(error, this));
    this.#link()
      .ask(request)
      .then(
        ({ run: row, step }) => {
          if (row) return;
          this.#run = null;
          run.conclude({ step });
          this.#tell({ kind: "run" });
        },
        (error: Error) => this.#failed(run, error, () => run.conclude(error)),
      );
    return run;
  }

  /**
   * Saves the state of this step under a name in the model library. While training, the state is
   * copied at the next step boundary and written while training goes on; resolves when it is on
   * disk.
   *
   * @throws NameTaken unless `replace` is set; NameInvalid; StoreWriteFailed.
   * @example
   * const model = await session.save("Model 1", { replace: true });
   */
  save(name?: string, options: { replace?: boolean } = {}): Promise<ModelRow> {
    const given = namedOptions("save", options, ["replace"]);
    const wanted = name ?? this.#store.models.defaultName();
    return this.#link().ask({ kind: "save", name: wanted, replace: given["replace"] === true });
  }

  /** The digest of everything the next step depends on (sha256, hexadecimal). */
  digest(): Promise<string> {
    return this.#link().ask({ kind: "digest" });
  }

  /** The validation loss now. Does not touch training's random numbers. */
  async evaluate(): Promise<number> {
    return (await this.#link().ask({ kind: "evaluate" })).validationLoss;
  }

  /**
   * Text continued from a prompt with the weights of now. The same seed gives the same text;
   * training's random numbers are not touched.
   *
   * @example
   * await session.sample("Shall I", { tokens: 100, temperature: 1, seed: 1 });
   */
  async sample(
    prompt = this.trainingConfig.prompt,
    options: { tokens?: number; temperature?: number; seed?: number } = {},
  ): Promise<string> {
    const given = namedOptions("sample", options, ["tokens", "temperature", "seed"]);
    const fits = (x: number): boolean => Number.isFinite(x) && x >= 0;
    const request = {
      kind: "sample" as const,
      prompt,
      tokens: integerOption("sample", given, "tokens", 100, 1, 100000),
      temperature: numberOption("sample", given, "temperature", 0.8, fits, "0 or more"),
      seed: integerOption("sample", given, "seed", 1, 0),
    };
    return (await this.#link().ask(request)).text;
  }

  /**
   * The metrics as an Arrow table, inherited steps included; `step` is int64.
   *
   * @example
   * const table = await session.metrics({ from: 0, to: 500, columns: ["train_loss"] });
   */
  metrics(range: { from?: number; to?: number; columns?: string[] } = {}): Promise<Table> {
    return this.#store.readMetrics(
      this.id,
      namedOptions("metrics", range, ["from", "to", "columns"]),
    );
  }

  /** The sampled texts, inherited ones included, oldest first. */
  samples(): Promise<SampleRow[]> {
    return this.#store.readSamples(this.id);
  }

  /** Calls back on every change until the returned function is called. */
  subscribe(listener: (update: SessionUpdate) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Stops a run at a step boundary, saves, and gives the engine's memory back. */
  async close(): Promise<void> {
    const engine = this.#engine;
    this.#engine = null;
    await engine?.close();
  }

  [inspect.custom](): string {
    const state = this.#run ? this.#run.status : "not training";
    return `Session "${this.name}" at step ${this.#step} (${state})`;
  }

  #until(step: number): Promise<{ step: number }> {
    const wanted = integerOption("until", { step }, "step", -1, 0);
    if (!this.#run) return Promise.resolve({ step: this.#step });
    return this.#link().ask({ kind: "until", step: wanted });
  }

  #link(): EngineLink {
    this.#engine ??= startEngine(this.#store, this.id, this.#autosaveSeconds, (event) =>
      this.#hear(event),
    );
    return this.#engine;
  }

  #hear(event: EngineEvent): void {
    switch (event.event) {
      case "ready":
        this.#step = event.step;
        this.#engineTitle = event.title;
        this.#engineReason = event.reason;
        return this.#tell({ kind: "engine" });
      case "progress": {
        this.#step = event.step;
        this.#run?.deliver(rowsOf(event.chunk));
        const { chunk, rate, secondsLeft } = event;
        return this.#tell({ kind: "rows", chunk, rate, secondsLeft });
      }
      case "samples":
        return this.#tell({ kind: "samples", samples: event.samples });
      case "checkpoint":
        return this.#tell({ kind: "checkpoint" });
      case "run":
        return this.#follow(event.run, event.step);
      case "failed":
        // The next request starts a new engine; this one's requests have been rejected.
        this.#engine = null;
        return;
    }
  }

  #follow(row: RunRow, step: number): void {
    const run = this.#run;
    this.#step = step;
    if (row.status === "running" || row.status === "paused") {
      run?.update(row, step);
      return this.#tell({ kind: "run" });
    }
    this.#run = null;
    const error = row.error && errorFrom({ ...row.error, data: { step }, stack: "" });
    if (run && error) this.#failed(run, error, () => run.update(row, step, error));
    else run?.update(row, step);
    this.#tell({ kind: "run" });
  }

  #failed(run: Run, error: Error, settle: () => void): void {
    if (this.#run === run) this.#run = null;
    settle();
    this.#tell({ kind: "run" });
    const report = this.#report;
    // A later await in the same turn still counts as observing.
    setImmediate(() => {
      if (!run.observed) report(error);
    });
  }

  #tell(update: SessionUpdate): void {
    for (const listener of this.#listeners) listener(update);
  }
}

function rowsOf(chunk: Uint8Array): MetricRow[] {
  return tableFromIPC(chunk)
    .toArray()
    .map((row) => ({ ...row.toJSON(), step: Number(row["step"]) }) as MetricRow);
}
