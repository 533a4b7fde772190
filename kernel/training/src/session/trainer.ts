import type { Manifest, RunRow, Store } from "@forkpoint/checkpoints";
import { addonDigest } from "../engine/native/addon.js";
import { identityText } from "../engine/identity.js";
import type { EngineIdentity } from "../engine/identity.js";
import type { Engine } from "../engine/tfjs.js";
import {
  LossNotFinite,
  LossSpike,
  NoActiveRun,
  RunActive,
  StepNotReached,
} from "../errors/session.js";
import { learningRateAt } from "../optimizers/adamw.js";
import { modelDefinition } from "../models/registry.js";
import { splitTokens } from "../data/corpus.js";
import { tokenizerFrom } from "../data/tokenizer.js";
import { createLearner } from "./learner.js";
import type { SampleOptions } from "./learner.js";
import { createPace, metricChunk } from "./recorder.js";
import type { MetricRow } from "./recorder.js";
import { configsOf, digestedConfigs } from "./setup.js";
import { createKeyframeClock } from "./keyframes.js";
import type { KeyframePolicy } from "./keyframes.js";
import { combineStates } from "./merge.js";
import type { FlatState, MergeResult } from "./merge.js";
import { reachSound, reachState, replaySteps } from "./reach.js";
import type { ReachContext, Reached } from "./reach.js";
import { digestOf, flatState, readOut, stateInput } from "./state.js";
import type { TrainingState } from "./state.js";
import { createSpikeGuard } from "./spike-guard.js";
import type { EngineAnswers, EngineEvent, MergeRequest } from "./messages.js";

type Trigger = "manual" | "auto" | "final" | "pause" | "initial" | "replay" | "fork" | "merge";

/** How often metrics leave the engine, in milliseconds. */
const flushEvery = 250;
/** Keyframes that thinning always leaves: the newest. */
const newestKept = 3;
/** Checkpoints being written at once before training waits: each holds a copy of the state. */
const mostSaves = 2;

export interface TrainerOptions {
  engine: Engine;
  store: Store;
  sessionId: string;
  /** The step to stand at, only to look at it; null for the newest. */
  at: number | null;
  keyframes: KeyframePolicy;
  post: (event: EngineEvent) => void;
  /** Whether a replay that goes on is to end. */
  cancelled: () => boolean;
}

/** A session's state on an engine, and the one run that may train it. */
export interface Trainer {
  /** Whether a step is due now. */
  readonly training: boolean;
  readonly step: number;
  /** With the mode that its step runs in. */
  readonly identity: EngineIdentity;
  /** Why a step does not run as fast as it could, as a sentence; null when it does. */
  readonly reason: string | null;
  train(target: { to?: number; steps?: number }): Promise<EngineAnswers["train"]>;
  /** Makes one step and what belongs to it. A failure ends the run and is posted, never thrown. */
  advance(): Promise<void>;
  /** Calls back at the boundary after `step`, where training holds until {@link release}. */
  until(
    id: number,
    step: number,
    reached: (step: number) => void,
    failed: (error: Error) => void,
  ): void;
  release(id: number): void;
  pause(): Promise<number>;
  continue(): Promise<number>;
  stop(): Promise<number>;
  save(name: string, replace: boolean): Promise<EngineAnswers["save"]>;
  /** Goes back to a step of the session, and stores it unless it is stored. */
  reach(step: number): Promise<EngineAnswers["reach"]>;
  /** Loads, while there is nothing to do, what going back in time will need. */
  warm(): Promise<void>;
  /** Makes the steps up to one of the session again, from the state of now. */
  walk(step: number): Promise<{ step: number }>;
  /** Stores the state of now unless it is stored. */
  keep(trigger: "fork" | "replay"): Promise<EngineAnswers["keep"]>;
  /** Goes on as another session with the same settings; returns the step. */
  become(sessionId: string): number;
  merge(request: MergeRequest): Promise<MergeResult>;
  state(): EngineAnswers["state"];
  digest(): string;
  evaluate(): EngineAnswers["evaluate"];
  sample(how: SampleOptions): EngineAnswers["sample"];
}

/**
 * Puts a session on an engine: its newest checkpoint, the one it was forked from, or fresh weights.
 *
 * @throws the store's errors for damaged tensors or blobs.
 */
export async function createTrainer(options: TrainerOptions): Promise<Trainer> {
  const { engine, store, post } = options;
  let { sessionId } = options;
  let session = store.sessions.get(sessionId);
  const configs = configsOf(session);
  const model = modelDefinition(configs.model.kind);
  const decode = async (digest: string): Promise<string> =>
    new TextDecoder().decode(await store.readBlob(digest));
  const tokenizer = tokenizerFrom(await decode(configs.data.tokenizer));
  const tokens = tokenizer.encode(await decode(configs.data.corpus));
  const split = splitTokens(tokens, model.block(model.check(configs.model.config)));
  const storedGraph = newestManifest()?.blobs["graph"];
  const learner = createLearner(
    ...([engine.tf, model, configs, split, tokenizer] as const),
    storedGraph ? await store.readBlob(storedGraph) : null,
  );
  const { executor, parameters } = learner;
  const addon = executor.mode === "compiled" ? addonDigest() : null;
  const identity = { ...engine.identity, mode: executor.mode, addon };
  const { corpus, tokenizer: alphabet } = configs.data;
  const graph = executor.graph && (await store.writer.saveBlob(executor.graph));
  const fixed = {
    blobs: { corpus, tokenizer: alphabet, ...(graph ? { graph } : {}) },
    configs: digestedConfigs(configs),
    engine: identityText(identity),
  };

  const reaching: ReachContext = {
    ...{ store, learner, fixed, cancelled: options.cancelled },
    seed: configs.training.seed,
    onReplay: (step, from, to) => post({ event: "replay", step, from, to }),
  };
  // The stored checkpoint that the state is, as long as no step was made since.
  let standing: string | null = null;
  let replayed = 0;
  let reachedFrom: string | null = null;
  let state = await load(options.at);
  let run: RunRow | null = null;
  let rows: MetricRow[] = [];
  let pace = createPace();
  let lastTrainLoss: number | null = lastLoss();
  let lastFlush = 0;
  let guard = createSpikeGuard(null);
  let clock = createKeyframeClock(options.keyframes, state.step, performance.now());
  const saves = new Set<Promise<unknown>>();
  const holds = new Map<
    number,
    { step: number; reached: (step: number) => void; failed: (error: Error) => void }
  >();
  const held = new Set<number>();

  function newestManifest(): Manifest | null {
    const at = options.at ?? Number.MAX_SAFE_INTEGER;
    const found = store.checkpoints.nearest(sessionId, at)?.checkpoint;
    return found ? store.checkpoints.manifest(found.id) : null;
  }

  async function load(at: number | null = null, reach = reachState): Promise<TrainingState> {
    const newest = store.checkpoints.latest(sessionId)?.step ?? session.forkStep;
    const reached = await reach(reaching, sessionId, at ?? newest);
    standing = reached.replayed === 0 ? (reached.checkpoint?.id ?? null) : null;
    replayed = reached.replayed;
    reachedFrom = reached.checkpoint?.id ?? null;
    if (reached.damaged.length > 0) await tellOfDamage(reached);
    return reached.state;
  }

  async function tellOfDamage({ state: { step }, checkpoint, damaged }: Reached): Promise<void> {
    const from = checkpoint?.step ?? 0;
    const text =
      `A checkpoint of "${session.name}" is damaged: step ${step} was made again from the one of ` +
      `step ${from}, bit for bit as recorded.`;
    post({ event: "notice", text });
    const data = { damaged, from };
    await store.writer.appendEvent({ sessionId, step, kind: "checkpoint_damaged", data });
  }

  function lastLoss(): number | null {
    const runs = store.runs.list(sessionId);
    return runs.at(-1)?.summary?.["train_loss"] ?? null;
  }

  async function flush(): Promise<void> {
    lastFlush = performance.now();
    if (rows.length === 0 || !run) return;
    const chunk = metricChunk(rows);
    rows = [];
    const rate = pace.rate();
    const secondsLeft = rate ? (run.targetStep - state.step) / rate : null;
    const written = store.writer.appendMetrics({ runId: run.id, chunk });
    post({ event: "progress", step: state.step, chunk, rate, secondsLeft });
    await written;
  }

  // The copy out of the engine is made before the first await, so the checkpoint is of this step.
  async function checkpoint(
    trigger: Trigger,
    named?: { name: string; replace: boolean },
    parents?: { first: string | null; second: string | null },
  ) {
    const began = performance.now();
    const { buffer, tensors } = readOut(state, parameters);
    const step = state.step;
    const input = stateInput(state, fixed);
    const trainLoss = lastTrainLoss;
    const runId = run?.id ?? null;
    const flushed = flush();
    const saved = store.writer.saveCheckpoint({
      ...{ sessionId, runId, step, trigger, state: input, buffer, tensors },
      ...(named ? { model: { ...named, trainLoss } } : {}),
      ...(parents ? { parents } : {}),
    });
    saves.add(saved);
    clock.stored(step, performance.now(), performance.now() - began);
    try {
      const result = (await Promise.all([saved, flushed]))[0];
      if (state.step === step) standing = result.checkpoint.id;
      post({ event: "checkpoint", step, trigger });
      return result;
    } finally {
      saves.delete(saved);
    }
  }

  async function keyframe(): Promise<void> {
    await checkpoint("auto");
    const { budgetBytes } = options.keyframes;
    await store.writer.thinKeyframes(sessionId, { budgetBytes, keepNewest: newestKept });
  }

  async function keep(trigger: "fork" | "replay"): Promise<string> {
    if (standing !== null) return standing;
    // Steps made again belong to what they were made from, a merge at the same step or not.
    const parents = trigger === "replay" ? { first: reachedFrom, second: null } : undefined;
    const saved = await checkpoint(state.step === 0 ? "initial" : trigger, undefined, parents);
    standing = saved.checkpoint.id;
    return standing;
  }

  function record(loss: number | null, stepMs: number | null): void {
    const { evaluateEvery, optimizer, prompt, sampleTokens, seed } = configs.training;
    const due = state.step % evaluateEvery === 0 || state.step === run?.targetStep;
    rows.push({
      step: state.step,
      wall: Date.now(),
      train_loss: loss,
      validation_loss: due ? learner.evaluate(state) : null,
      learning_rate: loss === null ? null : learningRateAt(optimizer, state.step),
      step_ms: stepMs,
    });
    if (!due || sampleTokens === 0 || !run) return;
    const how = { prompt, tokens: sampleTokens, temperature: 0.8, seed: seed + state.step };
    const samples = [{ step: state.step, prompt, text: learner.sample(state, how) }];
    background(store.writer.appendSamples({ runId: run.id, rows: samples }));
    post({ event: "samples", samples });
  }

  async function finish(
    status: "completed" | "interrupted" | "failed",
    error?: Error,
  ): Promise<void> {
    if (!run) return;
    const ended = run;
    await flush();
    const summary = { train_loss: lastTrainLoss };
    const code = (error as { code?: string } | undefined)?.code ?? error?.name ?? "Error";
    const failure = error ? { code, message: error.message } : null;
    await store.writer.finishRun({
      runId: ended.id,
      status,
      step: state.step,
      error: failure,
      summary,
    });
    run = null;
    for (const [id, hold] of holds) {
      holds.delete(id);
      hold.failed(new StepNotReached(hold.step, state.step));
    }
    held.clear();
    post({ event: "run", run: store.runs.get(ended.id), step: state.step });
  }

  async function fail(error: Error): Promise<void> {
    const broken = state.live;
    await Promise.allSettled(saves);
    // Flushed while the state still names the step that failed.
    await flush().catch(() => {});
    const reached = state.step;
    state = await load(null, reachSound);
    broken.dispose();
    if (error instanceof LossNotFinite || error instanceof LossSpike) {
      const { loss } = error.data;
      error =
        error instanceof LossSpike
          ? new LossSpike({ ...error.data, lastCheckpoint: state.step })
          : new LossNotFinite(reached, loss, state.step);
      const data = { loss: String(loss), back_to: state.step };
      await store.writer.appendEvent({ sessionId, step: reached, kind: "spike", data });
    }
    lastTrainLoss = null;
    await finish("failed", error);
  }

  // A write that nobody awaits: its failure ends the run, which then says why.
  function background(work: Promise<unknown>): void {
    work.catch((error: Error) => (failure ??= error));
  }
  let failure: Error | null = null;

  async function setStatus(status: "running" | "paused"): Promise<void> {
    if (!run) return;
    await store.writer.setRunStatus(run.id, status);
    run = { ...run, status };
    post({ event: "run", run, step: state.step });
  }

  function replaceWith(flat: FlatState): void {
    const before = state.live;
    state.live = executor.place(...flat);
    before.dispose();
  }

  function reachHolds(): void {
    for (const [id, hold] of holds) {
      if (hold.step > state.step) continue;
      holds.delete(id);
      held.add(id);
      hold.reached(state.step);
    }
  }

  function activeRun(asked: string): RunRow {
    if (!run) throw new NoActiveRun(session.name, asked);
    return run;
  }

  return {
    get training() {
      return run?.status === "running" && held.size === 0;
    },
    get step() {
      return state.step;
    },
    identity,
    reason: engine.reason ?? executor.reason,
    async train({ to, steps }) {
      if (run) throw new RunActive(session.name, run.id);
      const target = to ?? state.step + (steps ?? 0);
      if (target <= state.step) return { run: null, step: state.step };
      const earlier = store.runs.list(sessionId).length > 0;
      run = await store.writer.startRun({
        sessionId,
        mode: earlier ? "resumed" : session.parentSessionId ? "forked" : "fresh",
        fromStep: state.step,
        targetStep: target,
        seed: configs.training.seed,
        engine: fixed.engine,
      });
      pace = createPace();
      pace.mark(state.step, performance.now());
      clock = createKeyframeClock(options.keyframes, state.step, performance.now());
      guard = createSpikeGuard(configs.training.spikeSigma ?? null);
      post({ event: "run", run, step: state.step });
      if (state.step === 0 && !earlier) {
        background(checkpoint("initial"));
        record(null, null);
      }
      reachHolds();
      return { run, step: state.step };
    },
    async advance() {
      try {
        const before = performance.now();
        standing = null;
        const loss = learner.step(state);
        const stepMs = performance.now() - before;
        clock.stepped(stepMs);
        lastTrainLoss = loss;
        if (!Number.isFinite(loss)) {
          rows.push({
            ...{ step: state.step, wall: Date.now(), train_loss: loss, validation_loss: null },
            ...{
              learning_rate: learningRateAt(configs.training.optimizer, state.step),
              step_ms: stepMs,
            },
          });
          throw new LossNotFinite(state.step, loss, 0);
        }
        record(loss, stepMs);
        const spike = guard.watch(loss);
        if (spike) throw new LossSpike({ step: state.step, loss, ...spike, lastCheckpoint: 0 });
        const now = performance.now();
        pace.mark(state.step, now);
        if (state.step >= run!.targetStep) {
          reachHolds();
          await checkpoint("final");
          await Promise.allSettled(saves);
          await finish("completed");
        } else {
          if (now - lastFlush >= flushEvery) background(flush());
          if (clock.due(state.step, now)) background(keyframe());
          if (saves.size >= mostSaves) await Promise.race(saves);
          reachHolds();
        }
        if (failure) throw failure;
      } catch (error) {
        failure = null;
        await fail(error as Error);
      }
    },
    until(id, step, reached, failed) {
      if (!run && step > state.step) return failed(new StepNotReached(step, state.step));
      if (!run) return reached(state.step);
      holds.set(id, { step, reached, failed });
      reachHolds();
    },
    release: (id) => void held.delete(id),
    async pause() {
      activeRun("pause");
      await flush();
      await checkpoint("pause");
      await setStatus("paused");
      return state.step;
    },
    async continue() {
      activeRun("continue");
      pace = createPace();
      pace.mark(state.step, performance.now());
      await setStatus("running");
      return state.step;
    },
    async stop() {
      if (!run) return state.step;
      await checkpoint("final");
      await Promise.allSettled(saves);
      await finish("interrupted");
      return state.step;
    },
    async save(name, replace) {
      const { model: saved } = await checkpoint("manual", { name, replace });
      return saved!;
    },
    async reach(step) {
      if (run) throw new RunActive(session.name, run.id);
      const before = state.live;
      try {
        state = await load(step);
      } catch (error) {
        // Whatever was made of it so far, the session is to be as it was.
        state = await load();
        throw error;
      } finally {
        if (before !== state.live) before.dispose();
      }
      return { checkpointId: await keep("replay"), replayed };
    },
    async warm() {
      // The reader of sealed metrics takes half a second to load.
      await store.readMetrics(sessionId, { from: 0, to: 1, columns: ["train_loss"] });
    },
    async walk(step) {
      standing = null;
      await replaySteps(reaching, sessionId, state, step);
      return { step };
    },
    async keep(trigger) {
      const { step } = state;
      return { checkpointId: await keep(trigger), step };
    },
    become(id) {
      sessionId = id;
      session = store.sessions.get(id);
      lastTrainLoss = lastLoss();
      return state.step;
    },
    async merge({ checkpointId, baseCheckpointId, strategy, evenIfWorse, from }) {
      if (run) throw new RunActive(session.name, run.id);
      const first = await keep("fork");
      const flatOf = async (id: string): Promise<FlatState> =>
        flatState(parameters, (await store.readTensors(id)).tensors);
      const mine = await flatOf(first);
      const theirs = await flatOf(checkpointId);
      const base = baseCheckpointId === null ? null : await flatOf(baseCheckpointId);
      const before = learner.evaluate(state);
      replaceWith(combineStates(strategy, mine, theirs, base));
      const after = learner.evaluate(state);
      const committed = evenIfWorse || after <= before;
      if (committed) {
        standing = null;
        await checkpoint("merge", undefined, { first, second: checkpointId });
        const data = { from, strategy, before, after };
        await store.writer.appendEvent({ sessionId, step: state.step, kind: "merge", data });
      } else {
        replaceWith(mine);
        standing = first;
      }
      return { before, after, committed };
    },
    state: () => ({ step: state.step, ...readOut(state, parameters) }),
    digest: () => digestOf(state, parameters, stateInput(state, fixed)),
    evaluate: () => ({ step: state.step, validationLoss: learner.evaluate(state) }),
    sample: (how) => ({ step: state.step, text: learner.sample(state, how) }),
  };
}
