import type { Callback, History, LayersModel, Logs, ModelFitArgs, Tensor } from "@tensorflow/tfjs";
import type { Tensorflow } from "../engine/tfjs.js";

/** Who follows a fit. */
export interface FitFollower {
  /** After each batch; the next one waits. */
  boundary(): Promise<void>;
  /** With what validation said, by the names of tfjs. */
  epochEnded(values: Record<string, number>): Promise<void>;
}

/** A model's own fit. */
export type Fit = LayersModel["fit"];

/** Takes a fit over from tfjs: `fit` is the model's own. */
export type FitTaker = (
  model: LayersModel,
  fit: Fit,
  x: Parameters<Fit>[0],
  y: Parameters<Fit>[1],
  args: ModelFitArgs,
) => Promise<History>;

/** The callback of a session, as `model.fit` takes it. */
export type FitCallback = Callback & {
  attach(follower: FitFollower): void;
  detach(): void;
};

const takers = new WeakMap<object, FitTaker>();
const prepared = new WeakSet<LayersModel>();

/**
 * Prepares a model for the callbacks of sessions: which epoch, batch and order a fit begins with
 * cannot be said by a callback, so a fit that has one is given to its session.
 */
export function prepareModel(model: LayersModel): void {
  if (prepared.has(model)) return;
  prepared.add(model);
  const fit = model.fit.bind(model) as Fit;
  model.fit = async (x, y, args = {}) => {
    const all = (Array.isArray(args.callbacks) ? args.callbacks : [args.callbacks]) as unknown[];
    const ours = all.find((it) => takers.has(it as object));
    const taker = ours ? takers.get(ours as object) : undefined;
    return taker ? taker(model, fit, x, y, args) : fit(x, y, args);
  };
}

/**
 * Makes a session's callback. tfjs takes only instances of its own class beside others of its own.
 *
 * @param taker given the fit that has it, of a model that was prepared
 * @param refuse told when a fit calls it that its session does not follow; throws
 */
export function createFitCallback(
  tf: Tensorflow,
  taker: (ours: FitCallback) => FitTaker,
  refuse: () => never,
): FitCallback {
  let follower: FitFollower | null = null;
  class SessionCallback extends tf.Callback {
    attach(given: FitFollower): void {
      follower = given;
    }
    detach(): void {
      follower = null;
    }
    override async onTrainBegin(): Promise<void> {
      if (!follower) refuse();
    }
    override async onBatchEnd(): Promise<void> {
      await follower?.boundary();
    }
    override async onEpochEnd(_: number, logs?: Logs): Promise<void> {
      const values: Record<string, number> = {};
      for (const [name, value] of Object.entries(logs ?? {}) as [string, number | Tensor][]) {
        if (!name.startsWith("val_")) continue;
        values[name] = typeof value === "number" ? value : value.dataSync()[0]!;
      }
      await follower?.epochEnded(values);
    }
  }
  const ours = new SessionCallback();
  takers.set(ours, taker(ours));
  return ours;
}
