import type { History, LayersModel, ModelFitArgs } from "@tensorflow/tfjs";
import type { Store } from "@forkpoint/checkpoints";
import type { Tensorflow } from "../engine/tfjs.js";
import { LossNotFinite } from "../errors/session.js";
import type { Holds } from "../session/holds.js";
import type { Keeper } from "../session/keeper.js";
import type { MetricRow } from "../session/recorder.js";
import type { RunLog } from "../session/run-log.js";
import { batchesIn, runPass } from "./fit-pass.js";
import type { FitInput } from "./fit-pass.js";
import { innerOf } from "./layers-model.js";
import type { FitCallback } from "./fit-callback.js";
import { columnOf, recordedSteps } from "./recorded-steps.js";

/** What a fit needs of its session. */
export interface FitPort {
  tf: Tensorflow;
  store: Store;
  sessionId(): string;
  seed: number;
  log: RunLog;
  keeper: Keeper;
  holds: Holds;
  /** The newest step. */
  step(): number;
  /** A step was made; the model holds its state. */
  reached(step: number, loss: number): void;
}

/** A `model.fit` that goes on. */
export interface FitAtWork {
  model: LayersModel;
  done: Promise<History>;
  /** Ends it at the next step boundary. */
  stop(): void;
  /** Holds it at the next step boundary; resolves when it does. */
  pause(): Promise<void>;
  continue(): void;
  readonly paused: boolean;
}

/**
 * Runs a model's own fit from where its session is, and records it: a row for each step, keyframes,
 * and validation at the end of each epoch.
 *
 * @throws (by `done`) LossNotFinite, what tfjs throws, the store's errors
 */
export function startFit(
  port: FitPort,
  model: LayersModel,
  fit: LayersModel["fit"],
  input: FitInput,
  ours: FitCallback,
  callbacks: ModelFitArgs["callbacks"],
): FitAtWork {
  const { tf, store, log, keeper, holds, seed } = port;
  const inner = innerOf(model);
  const metrics = inner.getDedupedMetricsNames();
  const validates = Boolean(input.args.validationData ?? input.args.validationSplit);
  const empty = Object.fromEntries(
    (validates ? [...metrics, ...metrics.map((name) => `val_${name}`)] : metrics)
      .map(columnOf)
      .map((name) => [name, null]),
  );
  const each = batchesIn(input);
  // The last row of an epoch waits for what validation says.
  let waiting: MetricRow | null = null;
  let failure: Error | null = null;
  let pausing: (() => void) | null = null;
  let gate: { opened: Promise<void>; open: () => void } | null = null;
  const background = (work: Promise<unknown>): void => {
    work.catch((error: Error) => (failure ??= error));
  };
  const flush = async (): Promise<void> => {
    if (waiting) log.push(waiting);
    waiting = null;
    await log.flush(port.step());
  };

  function stepped(step: number, values: number[], milliseconds: number): void {
    keeper.standing = null;
    const loss = values[0]!;
    port.reached(step, loss);
    const row: MetricRow = {
      ...{ step, wall: Date.now(), train_loss: null, validation_loss: null },
      ...{ learning_rate: learningRate(), step_ms: milliseconds, ...empty },
    };
    metrics.forEach((name, at) => (row[columnOf(name)] = values[at]!));
    if (validates && step % each === 0) waiting = row;
    else log.push(row);
    keeper.clock.stepped(milliseconds);
    log.mark(step, performance.now());
    if (!Number.isFinite(loss)) {
      failure ??= new LossNotFinite(step, loss, 0);
      inner.stopTraining = true;
    }
  }

  function learningRate(): number | null {
    const { learningRate: rate } = inner.optimizer as { learningRate?: unknown };
    return typeof rate === "number" ? rate : null;
  }

  async function boundary(): Promise<void> {
    const now = performance.now();
    const step = port.step();
    if (failure) throw failure;
    if (log.due(now)) background(log.flush(step));
    if (!waiting && keeper.clock.due(step, now)) background(keeper.keyframe());
    await keeper.room();
    holds.reach(step);
    // Between two steps everything else has its turn.
    do {
      await new Promise((resolve) => setImmediate(resolve));
      pausing?.();
      pausing = null;
      await gate?.opened;
    } while (holds.holding || gate);
  }

  ours.attach({
    boundary,
    async epochEnded(values) {
      if (waiting)
        for (const [name, value] of Object.entries(values))
          if (columnOf(name) in waiting) waiting[columnOf(name)] = value;
      await flush();
    },
  });

  async function run(): Promise<History> {
    const from = port.step();
    const firstOfEpoch = Math.floor(from / each) * each;
    const made = await recordedSteps(
      ...([store, port.sessionId(), { from: firstOfEpoch + 1, to: from }, metrics] as const),
    );
    const { epochs = 1 } = input.args;
    const history = await runPass(tf, model, fit, input, {
      ...{ seed, from, epochs, callbacks, stepped },
      made: (step) => made.get(step) ?? metrics.map(() => Number.NaN),
    });
    if (failure) throw failure;
    return history;
  }

  return {
    model,
    done: run().finally(() => {
      ours.detach();
      pausing?.();
    }),
    stop() {
      inner.stopTraining = true;
      gate?.open();
      gate = null;
    },
    pause() {
      let open = (): void => {};
      const opened = new Promise<void>((resolve) => (open = resolve));
      gate ??= { opened, open };
      return new Promise((resolve) => (pausing = resolve));
    },
    continue() {
      gate?.open();
      gate = null;
    },
    get paused() {
      return gate !== null;
    },
  };
}
