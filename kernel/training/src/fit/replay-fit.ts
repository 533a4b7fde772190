import type { LayersModel, ModelFitArgs } from "@tensorflow/tfjs";
import type { Store } from "@forkpoint/checkpoints";
import type { Tensorflow } from "../engine/tfjs.js";
import { ReplayCancelled, ReplayDiverged, StepNotStored } from "../errors/time-travel.js";
import { batchesIn, runPass } from "./fit-pass.js";
import type { FitInput } from "./fit-pass.js";
import { settingsOf } from "./fit-settings.js";
import { fitStateOf } from "./fit-state.js";
import type { FitState } from "./fit-state.js";
import { inheritedBy } from "./compiled.js";
import { freshOptimizer, innerOf } from "./layers-model.js";
import { readLayers, writeLayers } from "./layers-state.js";
import { recordedSteps } from "./recorded-steps.js";

/** What a session's newest fit in this process was given: with it steps can be made again. */
export interface FitAtHand {
  model: LayersModel;
  input: FitInput;
  seed: number;
}

/** The fits of this process, by the id of their session. */
export const fitsHere = new Map<string, FitAtHand>();

/** How a replay is followed. */
export interface ReplayPort {
  onReplay(step: number, from: number, to: number): void;
  cancelled(): boolean;
}

/**
 * The state of a session of layers after a step: the stored one, or made again from the one before it
 * by the model's own fit, on a copy of the model, each loss compared bit for bit with the recorded.
 *
 * @throws StepNotStored when the fit that made the step did not run in this process; ReplayDiverged,
 *   ReplayCancelled
 */
export async function fitStateAt(
  tf: Tensorflow,
  store: Store,
  sessionId: string,
  step: number,
  port: ReplayPort,
): Promise<{ state: FitState; from: string }> {
  const { name } = store.sessions.get(sessionId);
  const found = store.checkpoints.nearest(sessionId, step)?.checkpoint ?? null;
  if (!found) throw new StepNotStored(name, step, null, "Nothing is stored before it.");
  const stored = await fitStateOf(store, found.id);
  if (found.step === step) return { state: stored, from: found.id };
  const state = inheritedBy(store, sessionId, found, stored);
  const refuse = (why: string): never => {
    throw new StepNotStored(name, step, found.step, why);
  };
  const fit = fitsHere.get(sessionId);
  if (!fit) {
    return refuse(
      "It is made again by model.fit, with x and y, which Forkpoint does not store: run the cell that calls model.fit first.",
    );
  }
  const isGone = (error: unknown): boolean => /disposed/.test(String(error));
  try {
    const settings = settingsOf(fit.input);
    if (state.settings && JSON.stringify(settings) !== JSON.stringify(state.settings))
      refuse("The newest model.fit of this process had other data or settings.");
    return {
      state: await replayed(tf, store, sessionId, { ...state, settings }, step, fit, port),
      from: found.id,
    };
  } catch (error) {
    if (isGone(error)) refuse("Its x and y have been disposed of since.");
    throw error;
  }
}

async function replayed(
  tf: Tensorflow,
  store: Store,
  sessionId: string,
  start: FitState,
  target: number,
  { model, input, seed }: FitAtHand,
  port: ReplayPort,
): Promise<FitState> {
  const copy = await copyOf(tf, model);
  writeLayers(tf, copy, start);
  const inner = innerOf(copy);
  const from = start.step;
  const recorded = await recordedSteps(store, sessionId, { from: from + 1, to: target }, ["loss"]);
  let failure: Error | null = null;
  let reached: FitState | null = null;
  const stop = (error: Error | null): void => {
    failure ??= error;
    inner.stopTraining = true;
  };
  // What is held back for validation is so here too, but nobody asks what it says.
  const args: ModelFitArgs = { ...input.args, verbose: 0 };
  delete args.validationData;
  const callbacks = { onBatchEnd: () => new Promise<void>((resolve) => setImmediate(resolve)) };
  await runPass(
    tf,
    copy,
    copy.fit,
    { ...input, args },
    {
      ...{ seed, from, callbacks, epochs: Math.ceil(target / batchesIn(input)) },
      made: () => inner.getDedupedMetricsNames().map(() => 0),
      stepped(step, [loss]) {
        if (failure || step > target) return;
        port.onReplay(step, from, target);
        const before = recorded.get(step)?.[0];
        if (port.cancelled()) return stop(new ReplayCancelled(step, target));
        if (before !== undefined && !Object.is(before, loss)) {
          const cause =
            "The layers, a callback that changes the model, or the engine are others than then.";
          const data = { step, recorded: before, replayed: loss!, cause, nearestCheckpoint: from };
          return stop(new ReplayDiverged(data));
        }
        if (step < target) return;
        reached = { ...readLayers(copy), step, settings: start.settings };
        stop(null);
      },
    },
  );
  (inner.optimizer as unknown as { dispose(): void }).dispose();
  copy.dispose();
  if (failure) throw failure;
  return reached!;
}

// A second model of the same layers, so that the one in the cell stays as it is.
async function copyOf(tf: Tensorflow, model: LayersModel): Promise<LayersModel> {
  const topology = JSON.parse(model.toJSON(null, true) as string) as object;
  const copy = await tf.models.modelFromJSON(topology as never);
  const { loss } = innerOf(model);
  copy.compile({ optimizer: freshOptimizer(model) as never, loss: loss as never });
  return copy;
}
