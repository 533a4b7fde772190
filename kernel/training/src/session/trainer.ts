import type { Manifest, RunRow, Store } from "@forkpoint/checkpoints";
import { addonDigest } from "../engine/native/addon.js";
import { identityText } from "../engine/identity.js";
import type { EngineIdentity } from "../engine/identity.js";
import type { Engine } from "../engine/tfjs.js";
import { LossNotFinite, NoActiveRun, RunActive, StepNotReached } from "../errors/session.js";
import { learningRateAt } from "../optimizers/adamw.js";
import { modelDefinition } from "../models/registry.js";
import { splitTokens } from "../data/corpus.js";
import { tokenizerFrom } from "../data/tokenizer.js";
import { createLearner } from "./learner.js";
import type { SampleOptions } from "./learner.js";
import { createPace, metricChunk } from "./recorder.js";
import type { MetricRow } from "./recorder.js";
import { configsOf, digestedConfigs } from "./setup.js";
import { digestOf, initialState, readOut, restoredState, stateInput } from "./state.js";
import type { TrainingState } from "./state.js";
import type { EngineAnswers, EngineEvent } from "./messages.js";

type Trigger = "manual" | "auto" | "final" | "pause" | "initial";

/** How often metrics leave the engine, in milliseconds. */
const flushEvery = 250;
/** What the automatic checkpoints of a session may take, and how many of the newest always stay. */
const keyframeBudget = { budgetBytes: 512 * 2 ** 20, keepNewest: 3 };
/** Checkpoints being written at once before training waits: each holds a copy of the state. */
const mostSaves = 2;

export interface TrainerOptions {
  engine: Engine;
  store: Store;
  sessionId: string;
  autosaveSeconds: number;
  post: (event: EngineEvent) => void;
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
  const { engine, store, sessionId, post } = options;
  const session = store.sessions.get(sessionId);
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

  let state = await load();
  let run: RunRow | null = null;
  let rows: MetricRow[] = [];
  let pace = createPace();
  let lastTrainLoss: number | null = lastLoss();
  let lastFlush = 0;
  let lastAutosave = 0;
  const saves = new Set<Promise<unknown>>();
  const holds = new Map<
    number,
    { step: number; reached: (step: number) => void; failed: (error: Error) => void }
  >();
  const held = new Set<number>();

  function newestCheckpoint(): string | null {
    return store.checkpoints.latest(sessionId)?.id ?? session.forkCheckpointId;
  }

  function newestManifest(): Manifest | null {
    const id = newestCheckpoint();
    return id === null ? null : store.checkpoints.manifest(id);
  }

  async function load(): Promise<TrainingState> {
    const id = newestCheckpoint();
    if (!id) return initialState(executor, parameters, configs.training.seed);
    const { manifest, tensors } = await store.readTensors(id);
    return restoredState(executor, parameters, manifest.step, manifest, tensors);
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
  async function checkpoint(trigger: Trigger, named?: { name: string; replace: boolean }) {
    const { buffer, tensors } = readOut(state, parameters);
    const step = state.step;
    const input = stateInput(state, fixed);
    const trainLoss = lastTrainLoss;
    const runId = run?.id ?? null;
    const flushed = flush();
    const saved = store.writer.saveCheckpoint({
      ...{ sessionId, runId, step, trigger, state: input, buffer, tensors },
      ...(named ? { model: { ...named, trainLoss } } : {}),
    });
    saves.add(saved);
    try {
      const result = (await Promise.all([saved, flushed]))[0];
      post({ event: "checkpoint", step, trigger });
      return result;
    } finally {
      saves.delete(saved);
    }
  }

  async function autosave(): Promise<void> {
    lastAutosave = performance.now();
    await checkpoint("auto");
    await store.writer.thinKeyframes(sessionId, keyframeBudget);
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
    state = await load();
    broken.dispose();
    if (error instanceof LossNotFinite)
      error = new LossNotFinite(reached, error.data.loss, state.step);
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
      lastAutosave = performance.now();
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
        const loss = learner.step(state);
        const stepMs = performance.now() - before;
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
        const now = performance.now();
        pace.mark(state.step, now);
        if (state.step >= run!.targetStep) {
          reachHolds();
          await checkpoint("final");
          await Promise.allSettled(saves);
          await finish("completed");
        } else {
          if (now - lastFlush >= flushEvery) background(flush());
          if (now - lastAutosave >= options.autosaveSeconds * 1000) background(autosave());
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
    digest: () => digestOf(state, parameters, stateInput(state, fixed)),
    evaluate: () => ({ step: state.step, validationLoss: learner.evaluate(state) }),
    sample: (how) => ({ step: state.step, text: learner.sample(state, how) }),
  };
}
