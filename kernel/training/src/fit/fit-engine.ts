import type { LayersModel } from "@tensorflow/tfjs";
import type { Store } from "@forkpoint/checkpoints";
import { ModelCannot } from "../errors/model.js";
import { RunActive, StepNotReached } from "../errors/session.js";
import { cancelledRequests } from "../session/cancelled-requests.js";
import { linkOver } from "../session/engine-link.js";
import type { EngineLink, EngineStart } from "../session/engine-link.js";
import { errorMessage } from "../session/error-message.js";
import type { EngineEvent, FromEngine, ToEngine } from "../session/messages.js";
import { createFitCallback } from "./fit-callback.js";
import type { FitCallback, FitTaker } from "./fit-callback.js";
import { createFitDesk } from "./fit-desk.js";
import { createFits } from "./fits.js";
import { writeLayers } from "./layers-state.js";
import { fitsHere } from "./replay-fit.js";

/** The engine of a session whose steps `model.fit` makes, in the cell's own thread. */
export interface FitLink extends EngineLink {
  /** What `model.fit` is given. @throws ModelCodeMissing, RunActive */
  callback(): FitCallback;
  /** Puts the session's state into the model in hand. @throws ModelCodeMissing, RunActive */
  restore(): Promise<void>;
}

/**
 * Starts the engine of a session of a tf.LayersModel.
 *
 * @param modelOf the model in hand; null where the session was opened by its name alone
 */
export function startFitEngine(
  store: Store,
  sessionId: string,
  how: EngineStart,
  modelOf: () => LayersModel | null,
  onEvent: (event: EngineEvent) => void,
): FitLink {
  let send: (message: FromEngine) => void = () => {};
  const requests = cancelledRequests();
  const post = (message: FromEngine): void => send(message);
  const desk = createFitDesk({
    ...{ store, sessionId, keyframes: how.keyframes, modelOf, post },
    cancelled: requests.cancelled,
  });
  const fits = createFits(desk);
  const { keeper, log, holds } = desk;

  const ready = (async () => {
    const { title, reason } = await desk.prepare();
    await (how.at === null ? desk.loadNewest() : desk.load(how.at));
    const identity = JSON.parse(desk.engine) as never;
    post({ event: "ready", step: desk.step, identity, title, reason });
  })();
  ready.catch((error: unknown) => post({ event: "failed", error: errorMessage(error) }));

  function cannot(asked: string, why: string): never {
    throw new ModelCannot(desk.name(), asked, why);
  }

  async function perform({ id, request }: ToEngine): Promise<unknown> {
    const model =
      "it does not have the data. Use the model: await session.restore(), then model.predict or model.evaluate.";
    switch (request.kind) {
      case "train": {
        const by = "model.fit(x, y, { epochs, callbacks: session.callback() })";
        return cannot("train by itself", `a tf.LayersModel trains by ${by}.`);
      }
      case "pause":
        await fits.pause();
        return { step: desk.step };
      case "continue":
        await fits.continue();
        return { step: desk.step };
      case "stop":
      case "close":
        await fits.stop();
        return request.kind === "stop" ? { step: desk.step } : null;
      case "save": {
        const { name, replace } = request;
        return (await keeper.checkpoint("manual", { name, replace })).model;
      }
      case "digest":
        return desk.digest();
      case "state": {
        const { buffer, tensors } = desk.now();
        const places = tensors.filter(({ dtype }) => dtype === "F32");
        return { step: desk.step, buffer: buffer.slice(0), tensors: places };
      }
      case "keep": {
        const { step } = desk;
        return { checkpointId: await keeper.keep(request.trigger, desk.origin), step };
      }
      case "reach":
        requests.begun(id);
        return reach(request.step, request.sessionId);
      case "stand":
      case "walk":
        requests.begun(id);
        await desk.load(request.step);
        return { step: desk.step };
      case "become":
        if (fitsHere.has(desk.sessionId))
          fitsHere.set(request.sessionId, fitsHere.get(desk.sessionId)!);
        desk.sessionId = request.sessionId;
        return { step: desk.step };
      case "merge":
        return cannot("take another branch in", "that is for models Forkpoint trains itself.");
      case "evaluate":
        return cannot("be evaluated", model);
      case "sample":
        return cannot("sample a text", "its model is not one of text.");
      case "look":
        return [];
      case "prompt":
        return cannot("take a prompt", "its model is not one of text.");
      case "until":
      case "release":
      case "cancel":
        return null;
    }
  }

  async function reach(step: number, owner: string) {
    await fits.stop();
    try {
      await desk.load(step, owner);
    } catch (error) {
      // The session is to be as it was.
      await desk.loadNewest();
      throw error;
    }
    return { checkpointId: await keeper.keep("replay", desk.origin), replayed: 0 };
  }

  function receive(message: ToEngine): void {
    const { id, request } = message;
    const succeed = (answer: unknown): void => post({ id, ok: true, answer });
    const failWith = (error: unknown): void => post({ id, ok: false, error: errorMessage(error) });
    requests.heard(message);
    if (request.kind === "release") holds.release(request.hold);
    if (request.kind === "until") {
      const { step } = desk;
      if (!log.run && request.step > step) return failWith(new StepNotReached(request.step, step));
      if (!log.run || request.step <= step) return succeed({ step });
      return holds.wait(id, request.step, (reached) => succeed({ step: reached }), failWith);
    }
    ready.then(() => perform(message)).then(succeed, failWith);
  }

  function modelInHand(): LayersModel {
    const model = modelOf();
    if (!model) throw desk.missing("it was opened by its name alone");
    const others = desk.active && desk.active.model !== model;
    if (others && log.run?.status !== "paused") throw new RunActive(desk.name(), log.run?.id ?? "");
    return model;
  }

  const link = linkOver((hear) => {
    // Heard in a turn of its own, as from another thread.
    send = (message) => queueMicrotask(() => hear(message));
    return { send: receive, hold: () => {}, end: async () => {} };
  }, onEvent);

  return {
    ...link,
    async restore() {
      await ready;
      const model = modelInHand();
      if (desk.active) throw new RunActive(desk.name(), log.run?.id ?? "");
      if (desk.kept) writeLayers(desk.tf, model, desk.kept);
    },
    callback() {
      modelInHand();
      const refuse = (): never =>
        cannot("follow", "this fit is of another model than store.session() was given.");
      const taker =
        (ours: FitCallback): FitTaker =>
        async (its, fit, x, y, args) => {
          await ready;
          if (its !== modelOf() && its !== desk.active?.model) return refuse();
          return fits.take(its, fit, x, y, args, ours);
        };
      return createFitCallback(desk.tf, taker, refuse);
    },
  };
}
