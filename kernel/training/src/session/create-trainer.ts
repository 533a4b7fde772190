import type { Manifest, RunRow } from "@forkpoint/checkpoints";
import {
  LossNotFinite,
  LossSpike,
  NoActiveRun,
  RunActive,
  StepNotReached,
} from "../errors/session.js";
import { ModelCannot } from "../errors/model.js";
import { learningRateAt } from "../optimizers/adamw.js";
import { createSnapshotRecorder, promptOf } from "../snapshots/recorder.js";
import { bringBack, tellOfOtherEngine } from "./bring-back.js";
import type { Wanted } from "./bring-back.js";
import { createHolds } from "./holds.js";
import { createKeeper } from "./keeper.js";
import { combineStates } from "./merge.js";
import { prepare } from "./prepare.js";
import { reachSound, replaySteps } from "./reach.js";
import type { ReachContext } from "./reach.js";
import { createRunLog } from "./run-log.js";
import { configsOf } from "./setup.js";
import { createSpikeGuard } from "./spike-guard.js";
import { createSpareMemory } from "./spare-memory.js";
import { digestOf, readFlat, readOut, readOutBeside, stateInput } from "./state.js";
import type { FlatState } from "./state.js";
import type { Trainer, TrainerOptions } from "./trainer.js";

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
  const beginning = manifestAt(sessionId, options.at ?? Number.MAX_SAFE_INTEGER);
  const { learner, identity, fixed } = await prepare(
    ...([engine, store, configs] as const),
    { ...beginning?.blobs, ...options.graphs },
    options.model,
  );
  const { executor, parameters } = learner;
  const memory = createSpareMemory();
  const reaching: ReachContext = {
    ...{ store, learner, fixed, memory, cancelled: options.cancelled },
    seed: configs.training.seed,
    onReplay: (step, from, to) => post({ event: "replay", step, from, to }),
  };
  let lastTrainLoss: number | null = lastLoss();
  let guard = createSpikeGuard(null);
  const snapshots = createSnapshotRecorder(
    ...([store, learner, configs.training] as const),
    promptOf(store, sessionId, configs.training),
    post,
  );
  const holds = createHolds();
  const log = createRunLog(store, post);
  const flush = (): Promise<void> => log.flush(state.step);
  if (beginning) tellOfOtherEngine(beginning, fixed.engine, session.name, post);
  let brought = await bringBack(reaching, session, post, { at: options.at });
  let { state } = brought;
  const keeper = createKeeper({
    ...{ store, post, flush, memory, policy: options.keyframes },
    whose: () => ({ sessionId, runId: log.run?.id ?? null, trainLoss: lastTrainLoss }),
    step: () => state.step,
    snapshot: () => ({
      ...{ step: state.step, state: stateInput(state, fixed) },
      ...readOutBeside(state, parameters, memory),
    }),
  });
  keeper.standing = brought.standing;

  function manifestAt(id: string, step: number): Manifest | null {
    const found = store.checkpoints.nearest(id, step)?.checkpoint;
    return found ? store.checkpoints.manifest(found.id) : null;
  }

  async function reload(wanted: Wanted = {}): Promise<void> {
    brought = await bringBack(reaching, session, post, wanted);
    state = brought.state;
    keeper.standing = brought.standing;
  }

  function lastLoss(): number | null {
    const runs = store.runs.list(sessionId);
    return runs.at(-1)?.summary?.["train_loss"] ?? null;
  }

  function rowOf(loss: number | null, stepMs: number | null) {
    const { step } = state;
    const learning_rate = loss === null ? null : learningRateAt(configs.training.optimizer, step);
    return { step, wall: Date.now(), train_loss: loss, learning_rate, step_ms: stepMs };
  }

  function record(loss: number | null, stepMs: number | null): void {
    const last = state.step === log.run?.targetStep;
    const due = state.step % configs.training.evaluateEvery === 0 || last;
    snapshots.trained(stepMs ?? 0);
    log.push({
      ...rowOf(loss, stepMs),
      validation_loss: due ? learner.evaluate(state) : null,
    });
    if (log.run) background(snapshots.record(state, log.run));
  }

  async function finish(
    status: "completed" | "interrupted" | "failed",
    error?: Error,
  ): Promise<void> {
    await log.finish(status, state.step, { train_loss: lastTrainLoss }, error);
    holds.end(state.step);
  }

  async function fail(error: Error): Promise<void> {
    const broken = state.live;
    await keeper.settled();
    // Flushed while the state still names the step that failed.
    await flush().catch(() => {});
    const reached = state.step;
    await reload({ reach: reachSound });
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

  const flatOf = async (id: string | null): Promise<FlatState | null> =>
    id === null ? null : (await readFlat(store, parameters, id, memory)).flat;

  function replaceWith(flat: FlatState): void {
    const before = state.live;
    state.live = executor.place(...flat);
    before.dispose();
  }

  function activeRun(asked: string): RunRow {
    if (!log.run) throw new NoActiveRun(session.name, asked);
    return log.run;
  }

  function refuseWhileRunning(): void {
    if (log.run) throw new RunActive(session.name, log.run.id);
  }

  return {
    get training() {
      return log.run?.status === "running" && !holds.holding;
    },
    get step() {
      return state.step;
    },
    identity,
    reason: engine.reason ?? executor.reason,
    async train({ to, steps }) {
      refuseWhileRunning();
      const target = to ?? state.step + (steps ?? 0);
      if (target <= state.step) return { run: null, step: state.step };
      const earlier = store.runs.list(sessionId);
      keeper.begin();
      snapshots.begin();
      guard = createSpikeGuard(configs.training.spikeSigma ?? null);
      const run = await log.begin({
        sessionId,
        mode: earlier.length > 0 ? "resumed" : session.parentSessionId ? "forked" : "fresh",
        fromStep: state.step,
        targetStep: target,
        seed: configs.training.seed,
        engine: fixed.engine,
      });
      // Also where the runs before were killed ahead of their first row.
      if (state.step === 0 && earlier.every(({ rows }) => rows === 0)) {
        if (earlier.length === 0 || !keeper.standing) background(keeper.checkpoint("initial"));
        record(null, null);
      }
      holds.reach(state.step);
      return { run, step: state.step };
    },
    async advance() {
      try {
        const before = performance.now();
        keeper.standing = null;
        const loss = learner.step(state);
        const stepMs = performance.now() - before;
        keeper.clock.stepped(stepMs);
        lastTrainLoss = loss;
        if (!Number.isFinite(loss)) {
          log.push({ ...rowOf(loss, stepMs), validation_loss: null });
          throw new LossNotFinite(state.step, loss, 0);
        }
        record(loss, stepMs);
        const spike = guard.watch(loss);
        if (spike) throw new LossSpike({ step: state.step, loss, ...spike, lastCheckpoint: 0 });
        const now = performance.now();
        log.mark(state.step, now);
        if (state.step >= log.run!.targetStep) {
          holds.reach(state.step);
          await keeper.checkpoint("final");
          await keeper.settled();
          await finish("completed");
        } else {
          if (log.due(now)) background(flush());
          if (keeper.clock.due(state.step, now)) background(keeper.keyframe());
          await keeper.room();
          holds.reach(state.step);
        }
        if (failure) throw failure;
      } catch (error) {
        failure = null;
        await fail(error as Error);
      }
    },
    until(id, step, reached, failed) {
      if (!log.run && step > state.step) return failed(new StepNotReached(step, state.step));
      if (!log.run) return reached(state.step);
      holds.wait(id, step, reached, failed);
      holds.reach(state.step);
    },
    release: (id) => holds.release(id),
    async pause() {
      activeRun("pause");
      await flush();
      await keeper.checkpoint("pause");
      await log.setStatus("paused", state.step);
      return state.step;
    },
    async continue() {
      activeRun("continue");
      log.repace(state.step);
      await log.setStatus("running", state.step);
      return state.step;
    },
    async stop() {
      if (!log.run) return state.step;
      await keeper.checkpoint("final");
      await keeper.settled();
      await finish("interrupted");
      return state.step;
    },
    async save(name, replace) {
      const { model: saved } = await keeper.checkpoint("manual", { name, replace });
      return saved!;
    },
    async reach(step, of) {
      refuseWhileRunning();
      // Steps that were made by another graph are made again by that one.
      if (manifestAt(of, step)?.blobs["graph"] !== fixed.blobs.graph) return null;
      const before = state.live;
      try {
        await reload({ at: step, of });
      } catch (error) {
        // Whatever was made of it so far, the session is to be as it was.
        await reload();
        throw error;
      } finally {
        if (before !== state.live) before.dispose();
      }
      return {
        checkpointId: await keeper.keep("replay", brought.from),
        replayed: brought.replayed,
      };
    },
    async warm() {
      // The reader of sealed metrics takes half a second to load.
      await store.readMetrics(sessionId, { from: 0, to: 1, columns: ["train_loss"] });
    },
    async stand(step) {
      const stored = manifestAt(sessionId, step);
      if (stored?.blobs["graph"] !== fixed.blobs.graph) return null;
      const before = state.live;
      const ahead = state.step <= step && (stored?.step ?? 0) <= state.step;
      if (!ahead) await reload({ at: step });
      else if (state.step < step) {
        keeper.standing = null;
        await replaySteps(reaching, sessionId, state, step);
      }
      if (before !== state.live) before.dispose();
      return { step };
    },
    async walk(step) {
      keeper.standing = null;
      await replaySteps(reaching, sessionId, state, step);
      return { step };
    },
    async keep(trigger) {
      const { step } = state;
      return { checkpointId: await keeper.keep(trigger, brought.from), step };
    },
    become(id) {
      sessionId = id;
      session = store.sessions.get(id);
      lastTrainLoss = lastLoss();
      return state.step;
    },
    async merge({ checkpointId, baseCheckpointId, strategy, evenIfWorse, from }) {
      refuseWhileRunning();
      const first = await keeper.keep("fork");
      const [mine, theirs, base] = await Promise.all(
        [first, checkpointId, baseCheckpointId].map(flatOf),
      );
      const before = learner.evaluate(state);
      replaceWith(combineStates(strategy, mine!, theirs!, base ?? null));
      const after = learner.evaluate(state);
      const committed = evenIfWorse || after <= before;
      if (committed) {
        keeper.standing = null;
        await keeper.checkpoint("merge", undefined, { first, second: checkpointId });
        const data = { from, strategy, before, after };
        await store.writer.appendEvent({ sessionId, step: state.step, kind: "merge", data });
      } else {
        replaceWith(mine!);
        keeper.standing = first;
      }
      return { before, after, committed };
    },
    state: () => ({ step: state.step, ...readOut(state, parameters) }),
    close() {
      state.live.dispose();
      executor.close();
    },
    digest: () => digestOf(state, parameters, stateInput(state, fixed)),
    evaluate: () => ({ step: state.step, validationLoss: learner.evaluate(state) }),
    look: (prompt) => snapshots.look(state, prompt),
    setPrompt(prompt) {
      snapshots.prompt = prompt;
      return null;
    },
    sample(how) {
      if (!learner.sample)
        throw new ModelCannot(session.name, "sample a text", "its model is not one of text.");
      return { step: state.step, text: learner.sample(state, how) };
    },
  };
}
