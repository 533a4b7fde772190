import type { CheckpointRow, Store } from "@forkpoint/checkpoints";
import { ReplayCancelled, ReplayDiverged, StepUnreachable } from "../errors/time-travel.js";
import { identityDifferences } from "../engine/identity.js";
import type { Learner } from "./learner.js";
import { digestOf, initialState, isSound, restoredState, stateInput } from "./state.js";
import type { SpareMemory } from "./spare-memory.js";
import type { TrainingState } from "./state.js";

/** What it takes to reach a step of a session. */
export interface ReachContext {
  store: Store;
  learner: Learner;
  seed: number;
  memory: SpareMemory;
  /** What checkpoints name beside tensors. */
  fixed: Parameters<typeof stateInput>[1];
  /** Told of each step made again, and between which steps. */
  onReplay(step: number, from: number, to: number): void;
  /** Asked before each step made again. */
  cancelled(): boolean;
}

/** A state as it was after a step. */
export interface Reached {
  state: TrainingState;
  /** The stored state that it is, or that steps were made again from; null for fresh weights. */
  checkpoint: CheckpointRow | null;
  /** How many steps were made again. */
  replayed: number;
  /** Ids of checkpoints that could not be read, so that an earlier one was used. */
  damaged: string[];
}

/**
 * Brings the state of a session after a step back: the nearest stored state at or before it, and
 * the steps between made again, each compared bit for bit with what was recorded.
 *
 * @throws ReplayDiverged at the first step that comes out other than recorded; ReplayCancelled;
 *   StepUnreachable when no stored state leads there.
 */
export async function reachState(
  context: ReachContext,
  sessionId: string,
  step: number,
): Promise<Reached> {
  const { store, learner } = context;
  const damaged: CheckpointRow[] = [];
  let found = store.checkpoints.nearest(sessionId, step)?.checkpoint ?? null;
  let state: TrainingState | null = null;
  while (found && !state) {
    try {
      const { executor, parameters } = learner;
      state = await restoredState(store, executor, parameters, found.id, context.memory);
    } catch (error) {
      if (!isDamage(error)) throw error;
      damaged.push(found);
      const passed = damaged.map(({ id }) => id);
      found = store.checkpoints.nearest(sessionId, step, passed)?.checkpoint ?? null;
    }
  }
  if (!state) {
    const fresh = store.sessions.get(sessionId).parentSessionId === null;
    if (!fresh || (damaged.length > 0 && step > 0 && damaged.at(-1)!.step > 0)) {
      throw new StepUnreachable(
        step,
        damaged.map(({ id }) => id),
      );
    }
    state = initialState(learner.executor, learner.parameters, context.seed);
  }
  const from = state.step;
  await replaySteps(context, sessionId, state, step, { damaged, start: found });
  const ids = damaged.map(({ id }) => id);
  return { state, checkpoint: found, replayed: step - from, damaged: ids };
}

/**
 * Brings back the newest stored state of a session, up to a step, whose values are all finite: a
 * keyframe may be taken of a spoilt state before the loss of the next step shows it.
 *
 * @throws what {@link reachState} throws
 */
export async function reachSound(
  context: ReachContext,
  sessionId: string,
  newest: number,
): Promise<Reached> {
  const { store, learner } = context;
  const { forkStep } = store.sessions.get(sessionId);
  for (let step = newest; ;) {
    const reached = await reachState(context, sessionId, step);
    const { state } = reached;
    if (state.step <= forkStep || isSound(state, learner.parameters)) return reached;
    const earlier = store.checkpoints.nearest(sessionId, state.step - 1)?.checkpoint;
    if (!earlier || earlier.step < forkStep) return reached;
    state.live.dispose();
    step = earlier.step;
  }
}

function isDamage(error: unknown): boolean {
  return ["CheckpointDamaged", "TensorDamaged"].includes((error as { code?: string }).code ?? "");
}

/**
 * Makes the steps after a state again, up to `target`, each compared with what was recorded.
 *
 * @throws ReplayDiverged, ReplayCancelled
 */
export async function replaySteps(
  context: ReachContext,
  sessionId: string,
  state: TrainingState,
  target: number,
  { damaged = [], start = null }: { damaged?: CheckpointRow[]; start?: CheckpointRow | null } = {},
): Promise<void> {
  if (state.step >= target) return;
  const { store, learner, fixed } = context;
  const from = state.step;
  const recorded = await recordedLosses(store, sessionId, from + 1, target);
  const digests = new Map(damaged.map(({ step, digest }) => [step, digest]));
  const refuse = (before: number | string, now: number | string): never => {
    const cause = causeOf(store, start, fixed.engine);
    const data = { step: state.step, recorded: before, replayed: now, cause };
    throw new ReplayDiverged({ ...data, nearestCheckpoint: from });
  };
  while (state.step < target) {
    if (context.cancelled()) throw new ReplayCancelled(state.step, target);
    const loss = learner.step(state);
    const before = recorded.get(state.step);
    if (before !== undefined && !Object.is(before, loss)) refuse(before, loss);
    const digest = digests.get(state.step);
    if (digest !== undefined) {
      const now = digestOf(state, learner.parameters, stateInput(state, fixed));
      if (now !== digest) refuse(digest, now);
    }
    context.onReplay(state.step, from, target);
    // What is asked of the engine meanwhile is heard between two steps.
    await new Promise((resolve) => setImmediate(resolve));
  }
}

async function recordedLosses(
  store: Store,
  sessionId: string,
  from: number,
  to: number,
): Promise<Map<number, number>> {
  const table = await store.readMetrics(sessionId, { from, to, columns: ["train_loss"] });
  const losses = new Map<number, number>();
  const [steps, values] = [table.getChild("step"), table.getChild("train_loss")];
  for (let row = 0; row < table.numRows; row++) {
    const value = values?.get(row) as number | null | undefined;
    if (value !== null && value !== undefined) losses.set(Number(steps!.get(row)), value);
  }
  return losses;
}

function causeOf(store: Store, start: CheckpointRow | null, engine: string): string {
  const then = start && store.checkpoints.manifest(start.id).engine;
  const different = then ? identityDifferences(then, engine) : [];
  if (different.length === 0) {
    return "The engine is the same, so the model's code or its data is another than then.";
  }
  return `The engine is another, and rounds differently: ${different.join(", ")}.`;
}
