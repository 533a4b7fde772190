import type { History, LayersModel } from "@tensorflow/tfjs";
import { LossNotFinite, NoActiveRun, RunActive } from "../errors/session.js";
import { checkCompiled } from "./compiled.js";
import { startFit } from "./fit-at-work.js";
import type { FitAtWork } from "./fit-at-work.js";
import type { Fit, FitCallback } from "./fit-callback.js";
import type { FitDesk } from "./fit-desk.js";
import { batchesIn } from "./fit-pass.js";
import type { FitInput } from "./fit-pass.js";
import { checkSettings, fitInput, settingsOf } from "./fit-settings.js";
import type { FitSettings } from "./fit-settings.js";
import { writeLayers } from "./layers-state.js";
import { fitsHere } from "./replay-fit.js";

/** The fits of a session, one at a time. */
export interface Fits {
  /**
   * Runs a fit from where the session stands. Asked again while it is paused, that one goes on.
   *
   * @throws RunActive, SessionDiffers, OptionInvalid, LossNotFinite, and what tfjs throws
   */
  take(
    model: LayersModel,
    fit: Fit,
    x: FitInput["x"],
    y: FitInput["y"],
    args: FitInput["args"],
    ours: FitCallback,
  ): Promise<History>;
  /** Ends the fit that goes on, if one does, at a step boundary, with a checkpoint. */
  stop(): Promise<void>;
  /** @throws NoActiveRun */
  pause(): Promise<void>;
  /** @throws NoActiveRun */
  continue(): Promise<void>;
}

/** Makes the fits of a session. */
export function createFits(desk: FitDesk): Fits {
  const { tf, store, log, keeper, holds, seed } = desk;
  // Where the fit goes; and whether one is about to begin.
  let target = 0;
  let starting = false;
  let current: Promise<History> | null = null;
  const busy = (): RunActive => new RunActive(desk.name(), log.run?.id ?? "");

  async function begin(
    model: LayersModel,
    fit: Fit,
    input: FitInput,
    asked: FitSettings,
    ours: FitCallback,
  ): Promise<FitAtWork> {
    checkCompiled(store, desk.sessionId, model);
    if (desk.settings) checkSettings(desk.name(), desk.settings, asked);
    if (desk.kept) writeLayers(tf, model, desk.kept);
    desk.settings = asked;
    const { sessionId, step } = desk;
    fitsHere.set(sessionId, { model, input, seed });
    const { epochs = 1, callbacks } = input.args;
    target = epochs * batchesIn(input);
    const port = {
      ...{ tf, store, log, keeper, holds, seed },
      ...{ sessionId: () => desk.sessionId, step: () => desk.step },
      reached: (reached: number, loss: number) => void Object.assign(desk, { step: reached, loss }),
    };
    if (target > step) {
      const earlier = store.runs.list(sessionId).length > 0;
      const forked = store.sessions.get(sessionId).parentSessionId !== null;
      keeper.begin();
      await log.begin({
        ...{ sessionId, fromStep: step, targetStep: target, seed, engine: desk.engine },
        mode: earlier ? "resumed" : forked ? "forked" : "fresh",
      });
    }
    return startFit(port, model, fit, input, ours, callbacks);
  }

  async function follow(work: FitAtWork): Promise<History> {
    // Nothing to train: tfjs says so in its own way.
    if (!log.run) return work.done;
    desk.kept = null;
    desk.active = work;
    starting = false;
    try {
      if (desk.step === 0 && !keeper.standing) await keeper.keep("fork");
      const history = await work.done;
      await end();
      return history;
    } catch (error) {
      work.stop();
      await work.done.catch(() => {});
      throw await failed(error as Error, work.model);
    } finally {
      desk.active = null;
    }
  }

  async function end(): Promise<void> {
    await keeper.checkpoint("final");
    await keeper.settled();
    desk.kept = desk.now();
    const status = desk.step >= target ? "completed" : "interrupted";
    await log.finish(status, desk.step, { train_loss: desk.loss });
    holds.end(desk.step);
  }

  async function failed(error: Error, model: LayersModel): Promise<Error> {
    await keeper.settled();
    await log.flush(desk.step).catch(() => {});
    const { step: reached, sessionId } = desk;
    desk.active = null;
    await desk.loadNewest();
    if (desk.kept) writeLayers(tf, model, desk.kept);
    if (error instanceof LossNotFinite) {
      const { loss } = error.data;
      error = new LossNotFinite(reached, loss, desk.step);
      const data = { loss: String(loss), back_to: desk.step };
      await store.writer.appendEvent({ sessionId, step: reached, kind: "spike", data });
    }
    desk.loss = null;
    await log.finish("failed", desk.step, { train_loss: null }, error);
    holds.end(desk.step);
    return error;
  }

  const fits: Fits = {
    async take(model, fit, x, y, args, ours) {
      const input = fitInput(x, y, args);
      const asked = settingsOf(input);
      if (desk.active) {
        const paused = log.run?.status === "paused";
        const same = JSON.stringify(asked) === JSON.stringify(desk.settings);
        const { model: its } = desk.active;
        if (!same || (its !== model && !paused)) throw busy();
        // The cell was run again: what was paused goes on, in the model that was built anew if so.
        if (its === model && paused) await fits.continue();
        if (its === model) return current!;
        await fits.stop();
      }
      if (starting) throw busy();
      starting = true;
      current = begin(model, fit, input, asked, ours).then(follow);
      return current.finally(() => (starting = false));
    },
    async stop() {
      desk.active?.stop();
      await desk.active?.done.catch(() => {});
      while (desk.active) await new Promise((resolve) => setImmediate(resolve));
    },
    async pause() {
      if (!desk.active) throw new NoActiveRun(desk.name(), "pause");
      await desk.active.pause();
      await keeper.checkpoint("pause");
      await log.setStatus("paused", desk.step);
    },
    async continue() {
      if (!desk.active || !log.run) throw new NoActiveRun(desk.name(), "continue");
      log.repace(desk.step);
      await log.setStatus("running", desk.step);
      desk.active.continue();
    },
  };
  return fits;
}
