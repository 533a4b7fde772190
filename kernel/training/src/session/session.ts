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
import { OptionInvalid } from "../errors/options.js";
import { RunActive } from "../errors/session.js";
import { MergeIncompatible, StepOutOfRange } from "../errors/time-travel.js";
import { integerOption, namedOptions } from "../options.js";
import { checkForkOptions, checkReachOptions } from "./branch.js";
import type { ForkOptions, NewBranch, ReachOptions } from "./branch.js";
import { startEngine } from "./engine-link.js";
import type { EngineLink } from "./engine-link.js";
import { errorFrom } from "./error-message.js";
import type { KeyframePolicy } from "./keyframes.js";
import { MERGE_STRATEGIES } from "./merge.js";
import type { MergeResult, MergeStrategy } from "./merge.js";
import type { EngineEvent } from "./messages.js";
import { Past, sampleRequest, sharedStep } from "./past.js";
import type { SampleChoice } from "./past.js";
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
  | { kind: "engine" }
  /** The name, and this object with it, moved to another branch. */
  | { kind: "rewound" };

/** What a session needs of its store's others. */
export interface SessionPort {
  open(row: SessionRow): Session;
  /** A name that no session has: the one given, or with a number behind it. */
  freeName(name: string): string;
  branch(branch: NewBranch): Promise<SessionRow>;
  /** The session that was asked for again, if it is the one that would be made. */
  again(found: SessionRow, wanted: Omit<NewBranch, "forkCheckpointId">, anyStep: boolean): Session;
  /** The session's name, and the object, moved to another branch. */
  moved(session: Session, from: string): void;
}

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
  #id: string;
  /** The shape of the model. */
  readonly modelConfig: ModelConfig;
  /** How it trains. */
  readonly trainingConfig: TrainingConfig;
  /** What it trains on. */
  readonly dataConfig: DataConfig;
  #store: Store;
  #engine: EngineLink | null = null;
  #engineTitle: string | null = null;
  #engineReason: string | null = null;
  #run: Run | null = null;
  #target: number | null = null;
  #stepSeconds: number | null = null;
  #onReplay: ReachOptions["onProgress"];
  #step: number;
  #listeners = new Set<(update: SessionUpdate) => void>();
  #onFailure: FailureListener;
  #report: (error: Error) => void;
  #keyframes: KeyframePolicy;
  #port: SessionPort;

  /** @internal */
  constructor(
    store: Store,
    row: SessionRow,
    onFailure: FailureListener,
    keyframes: KeyframePolicy,
    port: SessionPort,
  ) {
    this.#id = row.id;
    this.#port = port;
    const { model, training, data } = configsOf(row);
    this.modelConfig = model;
    this.trainingConfig = training;
    this.dataConfig = data;
    this.#store = store;
    this.#onFailure = onFailure;
    this.#report = (error) => onFailure(error, this);
    this.#keyframes = keyframes;
    this.#step = store.checkpoints.latest(row.id)?.step ?? row.forkStep;
  }

  /** Names the branch in the store. A session in hand follows its name: after a rewind it is another. */
  get id(): string {
    return this.#id;
  }

  /** The step it was loaded or forked at; null for a session that began with fresh weights. */
  get resumedFromStep(): number | null {
    const { parentSessionId, forkStep } = this.row;
    return parentSessionId ? forkStep : null;
  }

  /** How exactly every step can be gone back to: keyframes and the longest way between two. */
  get keyframes(): { count: number; bytes: number; longestGap: number; seconds: number | null } {
    const { count, bytes, longestGap } = this.#store.keyframes(this.id);
    const seconds = this.#stepSeconds === null ? null : longestGap * this.#stepSeconds;
    return { count, bytes, longestGap, seconds };
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
  async sample(prompt = this.trainingConfig.prompt, options: SampleChoice = {}): Promise<string> {
    return (await this.#link().ask(sampleRequest(prompt, options))).text;
  }

  /**
   * The session as it was after a step, to look at. Any step from 0 to the newest, inherited ones
   * included, also while it trains.
   *
   * @throws StepOutOfRange; what the first question throws besides: {@link ReplayDiverged}.
   * @example
   * const old = session.at(300);
   * await old.sample("Shall I");
   */
  at(step: number): Past {
    const wanted = this.#stepInRange(step);
    const owner = this.#store.ownerOf(this.id, wanted);
    const { training } = configsOf(owner);
    return new Past(wanted, training, () => this.#engineAt(owner.id, wanted));
  }

  /**
   * Moves the session's name back to a step: a new branch from there takes the name, and this
   * object with it; the old branch stays as `name@<its newest step>`. Training is stopped at a step
   * boundary first. A step that is not stored is made again from the keyframe before it, each loss
   * compared bit for bit with the recorded one.
   *
   * @throws StepOutOfRange, ReplayDiverged, ReplayCancelled (by `signal`), StepUnreachable
   * @example
   * await session.rewind(300);
   * await session.train({ to: 600 }).done;
   */
  async rewind(step: number, options: ReachOptions = {}): Promise<this> {
    checkReachOptions("rewind", options);
    if (this.#run) await this.#run.stop();
    const wanted = this.#stepInRange(step);
    const owner = this.#store.ownerOf(this.id, wanted);
    let own = owner.id === this.id;
    let reached: string | null = null;
    if (own) reached = await this.#reachHere(wanted, options);
    if (reached === null) own = false;
    reached ??= await this.#reachElsewhere(owner.id, wanted, options);
    const old = this.row;
    let branch: SessionRow;
    try {
      branch = await this.#port.branch({
        ...{ parent: owner, forkStep: wanted, forkCheckpointId: reached, settings: old },
        takeNameOf: {
          sessionId: old.id,
          oldName: this.#port.freeName(`${old.name}@${this.#step}`),
        },
      });
      if (own) await this.#link().ask({ kind: "become", sessionId: branch.id });
    } catch (error) {
      // The engine stands at the earlier step, the session does not: the next one begins anew.
      await this.close();
      throw error;
    }
    if (!own) await this.close();
    this.#id = branch.id;
    this.#step = wanted;
    this.#target = null;
    this.#port.moved(this, old.id);
    this.#tell({ kind: "rewound" });
    return this;
  }

  /**
   * Opens another branch from a step (the newest if left out), with other settings if wanted. Asked
   * again for the same parent, step and settings, it opens the branch that is there.
   *
   * @throws StepOutOfRange, ReplayDiverged, ReplayCancelled, NameTaken, SessionDiffers; ForkDiffers
   *   for another model or other data; OptionInvalid.
   * @example
   * const hot = await session.fork("hot", { at: 300, optimizer: adamW({ learningRate: 3e-3 }) });
   */
  async fork(name: string, options: ForkOptions = {}): Promise<Session> {
    const { at, training } = checkForkOptions(this.trainingConfig, options);
    const now = at === undefined;
    const wanted = now ? this.#step : this.#stepInRange(at);
    const owner = this.#store.ownerOf(this.id, wanted);
    const settings = { ...this.row, trainingConfig: JSON.stringify(training) };
    const found = typeof name === "string" ? this.#store.sessions.byName(name) : null;
    if (found) return this.#port.again(found, { parent: owner, forkStep: wanted, settings }, now);
    // Of the state of now an engine that is at work makes a checkpoint itself.
    const kept =
      now && this.#engine ? await this.#link().ask({ kind: "keep", trigger: "fork" }) : null;
    const forkStep = kept?.step ?? wanted;
    const parent = kept ? this.row : owner;
    const forkCheckpointId =
      kept?.checkpointId ?? (await this.#reachElsewhere(parent.id, forkStep, options));
    const row = await this.#port.branch({ name, parent, forkStep, forkCheckpointId, settings });
    await this.#store.writer.appendEvent({
      ...{ sessionId: parent.id, step: forkStep, kind: "fork" },
      data: { to: row.id, name: row.name },
    });
    return this.#port.open(row);
  }

  /**
   * Opens a new session at a step, with the same settings, and trains it to where this one was going
   * or has got.
   *
   * @throws as {@link fork} does
   * @example const again = await session.resumeFrom(300);
   */
  async resumeFrom(step: number): Promise<Session> {
    const name = this.#port.freeName(`${this.name} from ${step}`);
    const branch = await this.fork(name, { at: step });
    const goal = Math.max(this.runs.at(-1)?.targetStep ?? 0, this.#step);
    if (goal > branch.step) branch.train({ to: goal });
    return branch;
  }

  /**
   * Takes what another branch learned into this one, at this one's own step: `adopt` its weights and
   * slots, the `average` of both, or the `delta` since the step both share. Kept only if the
   * validation loss does not rise, unless `evenIfWorse`. The checkpoint has two parents; rewinding
   * to an earlier step undoes the merge.
   *
   * @throws MergeIncompatible, RunActive ("SessionBusy"), OptionInvalid
   * @example
   * const { before, after, committed } = await session.merge(hot, { strategy: "average" });
   */
  async merge(
    other: Session,
    options: { strategy?: MergeStrategy; evenIfWorse?: boolean } = {},
  ): Promise<MergeResult> {
    const given = namedOptions("merge", options, ["strategy", "evenIfWorse"]);
    const strategy = (given["strategy"] ?? "adopt") as MergeStrategy;
    if (!MERGE_STRATEGIES.includes(strategy))
      throw new OptionInvalid("merge", "strategy", strategy, MERGE_STRATEGIES.join(", "));
    const refuse = (reason: string): never => {
      throw new MergeIncompatible(this.name, other.name, reason);
    };
    if (other.id === this.id) refuse("it is the same session.");
    if (JSON.stringify(other.modelConfig) !== JSON.stringify(this.modelConfig))
      refuse("their models differ.");
    if (other.dataConfig.tokenizer !== this.dataConfig.tokenizer) refuse("their alphabets differ.");
    const theirs = await other.#newestCheckpoint();
    let baseCheckpointId: string | null = null;
    if (strategy === "delta") {
      const shared = sharedStep(this.#store, this.id, this.step, other.id, other.step);
      if (!shared) return refuse("they share no step, so there is no delta.");
      const owner = this.#store.ownerOf(shared.sessionId, shared.step);
      baseCheckpointId = await this.#reachElsewhere(owner.id, shared.step, {});
    }
    const result = await this.#link().ask({
      ...{ kind: "merge", checkpointId: theirs, baseCheckpointId, strategy, from: other.id },
      evenIfWorse: given["evenIfWorse"] === true,
    });
    this.#tell({ kind: "checkpoint" });
    return result;
  }

  /**
   * Looks back over steps: makes them again, exactly, and calls back after each; the numbers that
   * the callback gives become columns of the metrics at that step.
   *
   * @throws StepOutOfRange, ReplayDiverged, ReplayCancelled; MetricsInvalid for a name that is taken
   * @example
   * await session.replay({ from: 100, to: 120 }, async (step, model) => ({ probe: await model.evaluate() }));
   */
  async replay(
    range: { from: number; to: number } & ReachOptions,
    look: (step: number, model: Past) => Promise<Record<string, number>> | Record<string, number>,
  ): Promise<void> {
    const [from, to] = [this.#stepInRange(range.from), this.#stepInRange(range.to)];
    for (let at = from; at <= to;) {
      const owner = this.#store.ownerOf(this.id, at);
      const past = this.at(at);
      try {
        // Steps of one owner are made one after the other; at a fork the settings change.
        for (; at <= to && this.#store.ownerOf(this.id, at).id === owner.id; at++) {
          range.signal?.throwIfAborted();
          if (at > past.step) await past.link().ask({ kind: "walk", step: at });
          const values = await look(at, past);
          await this.#store.writer.logValues({ sessionId: this.id, rows: [{ step: at, values }] });
          range.onProgress?.({ step: at, from, to });
        }
      } finally {
        await past.close();
      }
    }
    this.#tell({ kind: "checkpoint" });
  }

  /**
   * Records numbers of one's own at the newest step; they become columns of the metrics.
   *
   * @throws MetricsInvalid for a name that training uses
   * @example await session.log({ probe: 0.3 });
   */
  async log(values: Record<string, number>): Promise<void> {
    const rows = [{ step: this.#step, values }];
    await this.#store.writer.logValues({ sessionId: this.id, rows });
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
    const how = { at: null, keyframes: this.#keyframes };
    this.#engine ??= startEngine(this.#store, this.id, how, (event) => this.#hear(event));
    return this.#engine;
  }

  #stepInRange(step: number): number {
    if (!Number.isSafeInteger(step) || step < 0 || step > this.#step)
      throw new StepOutOfRange(this.name, step, this.#step);
    return step;
  }

  #engineAt(sessionId: string, at: number, onProgress?: ReachOptions["onProgress"]): EngineLink {
    const how = { at, keyframes: this.#keyframes };
    return startEngine(this.#store, sessionId, how, (event) => {
      if (event.event === "replay") onProgress?.(event);
      if (event.event === "notice") console.warn(event.text);
    });
  }

  // Null when the session's engine does not start because the newest compiled step is refused.
  async #reachHere(step: number, { signal, onProgress }: ReachOptions): Promise<string | null> {
    const link = this.#link();
    this.#onReplay = onProgress;
    try {
      const reached = await cancellable(link, signal, link.ask({ kind: "reach", step }));
      return reached.checkpointId;
    } catch (error) {
      const { code = "" } = error as { code?: string };
      if (["GraphOpRefused", "GraphUnreadable"].includes(code)) return null;
      throw error;
    } finally {
      this.#onReplay = undefined;
    }
  }

  // In an engine of its own, so that this session's goes on.
  async #reachElsewhere(sessionId: string, step: number, options: ReachOptions): Promise<string> {
    const found = this.#store.checkpoints.nearest(sessionId, step);
    if (found?.checkpoint.step === step) return found.checkpoint.id;
    const link = this.#engineAt(sessionId, step, options.onProgress);
    try {
      const asked = link.ask({ kind: "keep", trigger: "replay" });
      return (await cancellable(link, options.signal, asked)).checkpointId;
    } finally {
      await link.close();
    }
  }

  async #newestCheckpoint(): Promise<string> {
    if (this.#engine) {
      return (await this.#link().ask({ kind: "keep", trigger: "fork" })).checkpointId;
    }
    return this.#reachElsewhere(this.id, this.step, {});
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
        if (rate) this.#stepSeconds = 1 / rate;
        return this.#tell({ kind: "rows", chunk, rate, secondsLeft });
      }
      case "samples":
        return this.#tell({ kind: "samples", samples: event.samples });
      case "checkpoint":
        return this.#tell({ kind: "checkpoint" });
      case "run":
        return this.#follow(event.run, event.step);
      case "replay":
        return this.#onReplay?.(event);
      case "notice":
        return console.warn(event.text);
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

/** What was asked of an engine; a replay on the way to it ends when the signal says so. */
async function cancellable<Answer>(
  link: EngineLink,
  signal: AbortSignal | undefined,
  asked: Promise<Answer>,
): Promise<Answer> {
  const cancel = (): void => void link.ask({ kind: "cancel" }).catch(() => {});
  signal?.addEventListener("abort", cancel, { once: true });
  try {
    return await asked;
  } finally {
    signal?.removeEventListener("abort", cancel);
  }
}

function rowsOf(chunk: Uint8Array): MetricRow[] {
  return tableFromIPC(chunk)
    .toArray()
    .map((row) => ({ ...row.toJSON(), step: Number(row["step"]) }) as MetricRow);
}
