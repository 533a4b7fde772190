import { inspect } from "node:util";
import type { LayersModel } from "@tensorflow/tfjs";
import type { Table } from "apache-arrow";
import type {
  EventRow,
  ModelRow,
  NewSnapshot,
  RunRow,
  SampleRow,
  SessionRow,
  Snapshot,
  Store,
} from "@forkpoint/checkpoints";
import { prepareModel } from "../fit/fit-callback.js";
import type { FitCallback } from "../fit/fit-callback.js";
import { namedOptions } from "../options.js";
import type { ForkOptions, ReachOptions } from "./branch.js";
import { forkOf, lookBack, mergeInto, rewindTo } from "./branching.js";
import { diffOf } from "./diff.js";
import type { DiffOptions, SessionDiff } from "./diff.js";
import type { KeyframePolicy } from "./keyframes.js";
import type { MergeResult, MergeStrategy } from "./merge.js";
import { Past, sampleRequest } from "./past.js";
import type { SampleChoice } from "./past.js";
import type { Run } from "./run.js";
import { recordPast } from "../snapshots/record-past.js";
import type { PastChoice } from "../snapshots/record-past.js";
import { promptOf } from "../snapshots/recorder.js";
import { readChosen, setPromptOf } from "../snapshots/choose.js";
import type { SnapshotChoice } from "../snapshots/choose.js";
import { SessionAtWork } from "./session-at-work.js";
import type { FailureListener, SessionPort, SessionUpdate } from "./session-port.js";
import { configsOf } from "./setup.js";
import type { DataConfig, ModelConfig, TrainingConfig } from "./setup.js";

/**
 * An immutable branch of weight history, at work. Made by `store.session()` or by loading a model.
 *
 * @example
 * const session = await store.session("sonnets", { model: microGPT(), data: corpus.sonnets() });
 * await session.train({ to: 100 }).done;
 * await session.save("first");
 */
export class Session {
  /** The shape of the model. */
  readonly modelConfig: ModelConfig;
  /** How it trains. */
  readonly trainingConfig: TrainingConfig;
  /** What it trains on. */
  readonly dataConfig: DataConfig;
  readonly #work: SessionAtWork;
  readonly #store: Store;

  /** @internal */
  constructor(
    store: Store,
    row: SessionRow,
    onFailure: FailureListener,
    keyframes: KeyframePolicy,
    port: SessionPort,
  ) {
    const { model, training, data } = configsOf(row);
    this.modelConfig = model;
    this.trainingConfig = training;
    this.dataConfig = data;
    this.#store = store;
    const failed = (error: Error): void => onFailure(error, this);
    this.#work = new SessionAtWork(store, row, failed, keyframes, port);
  }

  /** Names the branch in the store. A session in hand follows its name: after a rewind it is another. */
  get id(): string {
    return this.#work.id;
  }

  /** The step it was loaded or forked at; null for a session that began with fresh weights. */
  get resumedFromStep(): number | null {
    const { parentSessionId, forkStep } = this.row;
    return parentSessionId ? forkStep : null;
  }

  /** How exactly every step can be gone back to: keyframes and the longest way between two. */
  get keyframes(): { count: number; bytes: number; longestGap: number; seconds: number | null } {
    const { count, bytes, longestGap } = this.#store.keyframes(this.id);
    const seconds = this.#work.stepSeconds === null ? null : longestGap * this.#work.stepSeconds;
    return { count, bytes, longestGap, seconds };
  }

  /** The session's row in the store as it is now; its name may have moved. */
  get row(): SessionRow {
    return this.#work.row;
  }

  get name(): string {
    return this.row.name;
  }

  /** The newest step: that of the last row which training delivered. */
  get step(): number {
    return this.#work.step;
  }

  /** The run that trains or pauses now, else null. */
  get run(): Run | null {
    return this.#work.run;
  }

  /** The engine's title, for example "native CPU (TensorFlow 2.20.0)"; null before it started. */
  get engineTitle(): string | null {
    return this.#work.engineTitle;
  }

  /** Why a better engine does not run; null when the best one does, or none was started. */
  get engineReason(): string | null {
    return this.#work.engineReason;
  }

  /** @internal The tf.LayersModel that it was opened with. */
  get layers(): LayersModel | null {
    return this.#work.engines.layers;
  }

  /** @internal */
  set layers(model: LayersModel | null) {
    if (model) prepareModel(model);
    this.#work.engines.layers = model;
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
    return this.#work.train(target);
  }

  /**
   * What `model.fit` is given, for a session made with a tf.LayersModel: each batch is a step of the
   * session. Epochs count from the session's first, so the same cell run again, in this process or in
   * a new one, goes on where training stands, in the middle of an epoch too, bit for bit as if it had
   * never stopped: weights, optimizer, order of the examples, and what layers draw with Math.random.
   * State that layers keep outside their weights (a stateful RNN's) is not kept.
   *
   * @throws ModelCannot for another kind of model; ModelCodeMissing when the session was opened by
   *   its name alone; RunActive ("SessionBusy"). The fit throws SessionDiffers for other data or
   *   settings than before, and LossNotFinite.
   * @example
   * const session = await store.session("digits", { model });
   * await model.fit(x, y, { epochs: 3, batchSize: 32, callbacks: session.callback() });
   */
  callback(): FitCallback {
    return this.#work.engines.fit(this.id).callback();
  }

  /**
   * Puts the session's newest state into its tf.LayersModel, to predict or evaluate with it. A fit
   * with {@link callback} does so by itself.
   *
   * @throws ModelCannot, ModelCodeMissing; RunActive while a fit goes on
   * @example
   * await session.restore();
   * model.predict(x);
   */
  async restore(): Promise<void> {
    await this.#work.engines.fit(this.id).restore();
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
    return this.#work
      .link()
      .ask({ kind: "save", name: wanted, replace: given["replace"] === true });
  }

  /** The digest of everything the next step depends on (sha256, hexadecimal). */
  digest(): Promise<string> {
    return this.#work.link().ask({ kind: "digest" });
  }

  /** The validation loss now. Does not touch training's random numbers. */
  async evaluate(): Promise<number> {
    return (await this.#work.link().ask({ kind: "evaluate" })).validationLoss;
  }

  /**
   * Text continued from a prompt with the weights of now. The same seed gives the same text;
   * training's random numbers are not touched.
   *
   * @example
   * await session.sample("Shall I", { tokens: 100, temperature: 1, seed: 1 });
   */
  async sample(prompt = this.trainingConfig.prompt, options: SampleChoice = {}): Promise<string> {
    return (await this.#work.link().ask(sampleRequest(prompt, options))).text;
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
    const wanted = this.#work.stepInRange(step);
    const owner = this.#store.ownerOf(this.id, wanted);
    const { training } = configsOf(owner);
    return new Past(wanted, training, () => this.#work.engines.at(owner.id, wanted));
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
    await rewindTo(this.#work, this, step, options);
    return this;
  }

  /**
   * Opens another branch from a step (the newest if left out), with other settings if wanted: for a
   * tf.LayersModel those are in `model`, the same layers compiled otherwise. Asked again for the same
   * parent, step and settings, it opens the branch that is there.
   *
   * @throws StepOutOfRange, ReplayDiverged, ReplayCancelled, NameTaken, SessionDiffers; ForkDiffers
   *   for another model or other data; OptionInvalid.
   * @example
   * const hot = await session.fork("hot", { at: 300, optimizer: adamW({ learningRate: 3e-3 }) });
   */
  fork(name: string, options: ForkOptions = {}): Promise<Session> {
    return forkOf(this.#work, name, options);
  }

  /**
   * Opens a new session at a step, with the same settings, and trains it to where this one was going
   * or has got.
   *
   * @throws as {@link fork} does
   * @example const again = await session.resumeFrom(300, { signal: AbortSignal.timeout(60_000) });
   */
  async resumeFrom(step: number, options: ReachOptions = {}): Promise<Session> {
    const name = this.#work.port.freeName(`${this.name} from ${step}`);
    const branch = await this.fork(name, { ...options, at: step });
    const goal = Math.max(this.runs.at(-1)?.targetStep ?? 0, this.step);
    // A tf.LayersModel goes on by its cell's model.fit.
    if (goal > branch.step && this.modelConfig.kind !== "layers") branch.train({ to: goal });
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
  merge(
    other: Session,
    options: { strategy?: MergeStrategy; evenIfWorse?: boolean } = {},
  ): Promise<MergeResult> {
    return mergeInto(this.#work, other.#work, options);
  }

  /**
   * Compares this session with another: settings that differ, weights (the most diverged tensor
   * first, with a heatmap of where), curves and samples side by side. At the newest step of each, or
   * at `at` and `otherAt`; a step that is not stored is made again. Changes and stores nothing.
   *
   * @throws DiffIncompatible when their weights have other names or shapes; StepOutOfRange,
   *   ReplayDiverged, ReplayCancelled (by `signal`), OptionInvalid
   * @example
   * const { settings, weights } = await session.diff(hot, { at: 300, otherAt: 400 });
   */
  diff(other: Session, options: DiffOptions = {}): Promise<SessionDiff> {
    return diffOf(this.#work, other.#work, options);
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
    await lookBack(this.#work, (step) => this.at(step), range, look);
  }

  /**
   * Records numbers of one's own at the newest step; they become columns of the metrics.
   *
   * @throws MetricsInvalid for a name that training uses
   * @example await session.log({ probe: 0.3 });
   */
  async log(values: Record<string, number>): Promise<void> {
    const rows = [{ step: this.step, values }];
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

  /**
   * What steps show beside numbers, inherited ones included, steps ascending: samples, probabilities of
   * the next token, attention and embeddings, as plain data.
   *
   * @throws OptionInvalid, OptionUnknown
   * @example
   * const shown = await session.snapshots({ from: 0, to: 500, kinds: ["attention"] });
   */
  snapshots(range: SnapshotChoice = {}): Promise<Snapshot[]> {
    return readChosen(this.#store, this.id, range);
  }

  /**
   * Fills snapshots in for steps of the past: makes these steps again, exactly, and records what they
   * show. Steps that were made before a fork belong to the session that made them, and so does what is
   * recorded of them. What a step has of a kind already is replaced.
   *
   * @throws StepOutOfRange, ReplayDiverged, ReplayCancelled, OptionInvalid; RunActive ("SessionBusy")
   *   while it trains; ModelCannot for a model that is not one of text
   * @example
   * await session.recordSnapshots({ from: 0, to: 500, every: 10 });
   */
  recordSnapshots(choice: PastChoice = {}): Promise<{ steps: number[] }> {
    return recordPast(this.#work, (step) => this.at(step), choice);
  }

  /**
   * What the step of now shows beside numbers for a prompt; nothing is stored, and training's random
   * numbers are not touched. Empty for a model that is not one of text.
   *
   * @example const [probabilities] = await session.look("Shall I");
   */
  look(prompt: string = this.prompt): Promise<NewSnapshot[]> {
    return this.#work.link().ask({ kind: "look", prompt });
  }

  /** What samples begin with, and what is shown beside numbers is about. */
  get prompt(): string {
    return promptOf(this.#store, this.id, this.trainingConfig);
  }

  /**
   * Sets what samples of later steps begin with. Kept with the session, also when it is opened again;
   * the steps behind keep theirs. Training is not touched.
   *
   * @throws OptionInvalid for anything but a text of 1 to 10,000 characters; ModelCannot
   * @example await session.setPrompt("Shall I");
   */
  setPrompt(prompt: string): Promise<void> {
    return setPromptOf(this.#work, prompt);
  }

  /** Calls back on every change until the returned function is called. */
  subscribe(listener: (update: SessionUpdate) => void): () => void {
    return this.#work.subscribe(listener);
  }

  /** Stops a run at a step boundary, saves, and gives the engine's memory back. */
  async close(): Promise<void> {
    await this.#work.engines.end();
  }

  [inspect.custom](): string {
    const state = this.run ? this.run.status : "not training";
    return `Session "${this.name}" at step ${this.step} (${state})`;
  }
}
