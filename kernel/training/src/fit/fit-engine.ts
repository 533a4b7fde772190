import type { History, LayersModel, ModelFitArgs } from "@tensorflow/tfjs";
import type { Store } from "@forkpoint/checkpoints";
import { identityText } from "../engine/identity.js";
import { engineHere } from "../engine/main-engine.js";
import { tensorflowHere } from "../engine/tfjs.js";
import { ModelCannot, ModelCodeMissing } from "../errors/model.js";
import { LossNotFinite, NoActiveRun, RunActive, StepNotReached } from "../errors/session.js";
import { linkOver } from "../session/engine-link.js";
import type { EngineLink, EngineStart } from "../session/engine-link.js";
import { errorMessage } from "../session/error-message.js";
import { createHolds } from "../session/holds.js";
import { createKeeper } from "../session/keeper.js";
import type { EngineEvent, EngineRequest, FromEngine, ToEngine } from "../session/messages.js";
import { createRunLog } from "../session/run-log.js";
import { configsOf } from "../session/setup.js";
import { startFit } from "./fit-at-work.js";
import type { FitAtWork } from "./fit-at-work.js";
import { createFitCallback } from "./fit-callback.js";
import type { Fit, FitCallback, FitTaker } from "./fit-callback.js";
import { batchesIn } from "./fit-pass.js";
import { checkSettings, fitInput, settingsOf } from "./fit-settings.js";
import { fitDigest, fitStateInput } from "./fit-state.js";
import type { FitState } from "./fit-state.js";
import { readLayers, writeLayers } from "./layers-state.js";
import { fitStateAt, fitsHere } from "./replay-fit.js";

/** The engine of a session whose steps `model.fit` makes, in the cell's own thread. */
export interface FitLink extends EngineLink {
  /** What `model.fit` is given. @throws ModelCodeMissing, RunActive */
  callback(): FitCallback;
  /** Puts the session's state into the model in hand. */
  restore(): Promise<void>;
}

/**
 * Starts the engine of a session of a tf.LayersModel.
 *
 * @param modelOf the model in hand; null where the session was opened by its name alone
 */
export function startFitEngine(
  store: Store,
  firstId: string,
  how: EngineStart,
  modelOf: () => LayersModel | null,
  onEvent: (event: EngineEvent) => void,
): FitLink {
  const tf = tensorflowHere();
  let sessionId = firstId;
  const name = (): string => store.sessions.get(sessionId).name;
  const { model: modelConfig, training } = configsOf(store.sessions.get(sessionId));
  const { seed } = training;
  const fixed = {
    configs: { model: JSON.stringify(modelConfig), training: JSON.stringify({ seed }) },
    engine: "",
  };
  let post: (message: FromEngine) => void = () => {};
  let cancelled = false;
  // While no fit goes on; null for the weights that a fresh model has by itself.
  let kept: FitState | null = null;
  let active: FitAtWork | null = null;
  let settings: FitState["settings"] = null;
  let step = 0;
  let loss: number | null = null;
  const log = createRunLog(store, (event) => post(event));
  const holds = createHolds();
  const keeper = createKeeper({
    ...{ store, policy: how.keyframes, post: (event) => post(event) },
    whose: () => ({ sessionId, runId: log.run?.id ?? null, trainLoss: loss }),
    step: () => step,
    snapshot() {
      const { buffer, tensors, ...rest } = now();
      const state = fitStateInput({ ...rest, buffer, tensors }, fixed);
      // Handed over to the store; what is kept stays here.
      return { step, state, buffer: active ? buffer : buffer.slice(0), tensors };
    },
    flush: () => log.flush(step),
  });

  function missing(why: string): ModelCodeMissing {
    const cell = `that builds it and says store.session(${JSON.stringify(name())}, { model })`;
    return new ModelCodeMissing(name(), String(modelConfig.config["name"]), why, cell);
  }

  function now(): FitState {
    if (kept && !active) return kept;
    const model = active?.model ?? modelOf();
    if (!model) throw missing("nothing of it is stored");
    return { ...readLayers(model), step, settings };
  }

  async function load(at: number, of = sessionId): Promise<void> {
    const follow = {
      cancelled: () => cancelled,
      onReplay: (replayed: number, from: number, to: number): void =>
        post({ event: "replay", step: replayed, from, to }),
    };
    const fresh = at === 0 && !store.checkpoints.nearest(of, 0);
    const found = fresh ? null : await fitStateAt(tf, store, of, at, follow);
    kept = found?.state ?? null;
    step = at;
    settings = kept?.settings ?? settings;
    const stored = found?.from ? store.checkpoints.get(found.from) : null;
    keeper.standing = stored?.step === at ? stored.id : null;
    origin = stored?.id ?? null;
  }
  let origin: string | null = null;

  const ready = (async () => {
    const engine = await engineHere();
    fixed.engine = identityText(engine.identity);
    const session = store.sessions.get(sessionId);
    await load(how.at ?? store.checkpoints.latest(sessionId)?.step ?? session.forkStep);
    const { identity, title, reason } = engine;
    post({ event: "ready", step, identity, title, reason });
  })();
  ready.catch((error: unknown) => post({ event: "failed", error: errorMessage(error) }));

  async function fitted(
    ...[model, fit, x, y, given, ours]: [
      ...[LayersModel, Fit, Parameters<Fit>[0], Parameters<Fit>[1], ModelFitArgs, FitCallback],
    ]
  ): Promise<History> {
    await ready;
    const input = fitInput(x, y, given);
    const asked = settingsOf(input);
    if (active) {
      if (active.model !== model || JSON.stringify(asked) !== JSON.stringify(settings))
        throw new RunActive(name(), log.run?.id ?? "");
      // The cell was run again: what was paused goes on.
      if (log.run?.status === "paused") await proceed();
      return active.done;
    }
    if (settings) checkSettings(name(), settings, asked);
    if (kept) writeLayers(tf, model, kept);
    settings = asked;
    fitsHere.set(sessionId, { model, input, seed });
    const { epochs = 1 } = given;
    const target = epochs * batchesIn(input);
    const port = {
      ...{ tf, store, log, keeper, holds, seed, sessionId: () => sessionId, step: () => step },
      reached: (reached: number, value: number) => void ([step, loss] = [reached, value]),
    };
    if (target <= step) return startFit(port, model, fit, input, ours, given.callbacks).done;
    const earlier = store.runs.list(sessionId).length > 0;
    const forked = store.sessions.get(sessionId).parentSessionId !== null;
    kept = null;
    keeper.begin();
    await log.begin({
      ...{ sessionId, fromStep: step, targetStep: target, seed, engine: fixed.engine },
      mode: earlier ? "resumed" : forked ? "forked" : "fresh",
    });
    const work = startFit(port, model, fit, input, ours, given.callbacks);
    active = work;
    if (step === 0 && !earlier) await keeper.keep("fork");
    try {
      const history = await work.done;
      await end(step >= target ? "completed" : "interrupted");
      return history;
    } catch (error) {
      throw await failed(error as Error, model);
    } finally {
      active = null;
    }
  }

  async function end(status: "completed" | "interrupted"): Promise<void> {
    await keeper.checkpoint("final");
    await keeper.settled();
    kept = now();
    await log.finish(status, step, { train_loss: loss });
    holds.end(step);
  }

  async function failed(error: Error, model: LayersModel): Promise<Error> {
    await keeper.settled();
    await log.flush(step).catch(() => {});
    const reached = step;
    active = null;
    await load(store.checkpoints.latest(sessionId)?.step ?? 0);
    if (kept) writeLayers(tf, model, kept);
    if (error instanceof LossNotFinite) {
      error = new LossNotFinite(reached, error.data.loss, step);
      const data = { loss: String((error as LossNotFinite).data.loss), back_to: step };
      await store.writer.appendEvent({ sessionId, step: reached, kind: "spike", data });
    }
    loss = null;
    await log.finish("failed", step, { train_loss: null }, error);
    holds.end(step);
    return error;
  }

  async function stop(): Promise<void> {
    if (!active) return;
    active.stop();
    await active.done.catch(() => {});
    while (active) await new Promise((resolve) => setImmediate(resolve));
  }

  async function proceed(): Promise<void> {
    if (!active || !log.run) throw new NoActiveRun(name(), "continue");
    log.repace(step);
    await log.setStatus("running", step);
    active.continue();
  }

  async function perform(request: EngineRequest): Promise<unknown> {
    const cannot = (asked: string): never => {
      const how =
        "it does not have the data. Use the model: await session.restore(), then model.predict or model.evaluate.";
      throw new ModelCannot(name(), asked, how);
    };
    switch (request.kind) {
      case "train":
        throw new ModelCannot(
          ...([name(), "train by itself"] as const),
          "a tf.LayersModel trains by model.fit(x, y, { epochs, callbacks: session.callback() }).",
        );
      case "pause":
        if (!active) throw new NoActiveRun(name(), "pause");
        await active.pause();
        await keeper.checkpoint("pause");
        await log.setStatus("paused", step);
        return { step };
      case "continue":
        await proceed();
        return { step };
      case "stop":
      case "close":
        await stop();
        return request.kind === "stop" ? { step } : null;
      case "save":
        return (await keeper.checkpoint("manual", { name: request.name, replace: request.replace }))
          .model;
      case "digest":
        return fitDigest(now(), fixed);
      case "state": {
        const { buffer, tensors } = now();
        const places = tensors.filter(({ dtype }) => dtype === "F32");
        return { step, buffer: buffer.slice(0), tensors: places };
      }
      case "keep":
        return { checkpointId: await keeper.keep(request.trigger, origin), step };
      case "reach":
      case "walk": {
        cancelled = false;
        await stop();
        const before = step;
        try {
          await load(request.step, request.kind === "reach" ? request.sessionId : sessionId);
        } catch (error) {
          await load(before);
          throw error;
        }
        if (request.kind === "walk") return { step };
        return { checkpointId: await keeper.keep("replay", origin), replayed: 0 };
      }
      case "become":
        if (fitsHere.has(sessionId)) fitsHere.set(request.sessionId, fitsHere.get(sessionId)!);
        sessionId = request.sessionId;
        return { step };
      case "merge":
        throw new ModelCannot(
          name(),
          "take another branch in",
          "that is for models Forkpoint trains itself.",
        );
      case "evaluate":
        return cannot("be evaluated");
      case "sample":
        return cannot("sample a text");
      case "until":
      case "release":
      case "cancel":
        return null;
    }
  }

  function receive({ id, request }: ToEngine): void {
    const succeed = (answer: unknown): void => post({ id, ok: true, answer });
    const failWith = (error: unknown): void => post({ id, ok: false, error: errorMessage(error) });
    if (request.kind === "cancel") cancelled = true;
    if (request.kind === "release") holds.release(request.hold);
    if (request.kind === "until") {
      if (!log.run && request.step > step) return failWith(new StepNotReached(request.step, step));
      if (!log.run || request.step <= step) return succeed({ step });
      return holds.wait(id, request.step, (reached) => succeed({ step: reached }), failWith);
    }
    ready.then(() => perform(request)).then(succeed, failWith);
  }

  const link = linkOver((hear) => {
    post = (message) => queueMicrotask(() => hear(message));
    return { send: receive, hold: () => {}, end: async () => {} };
  }, onEvent);

  return {
    ...link,
    async restore() {
      await ready;
      const model = modelOf();
      if (!model) throw missing("it was opened by its name alone");
      if (active) throw new RunActive(name(), log.run?.id ?? "");
      if (kept) writeLayers(tf, model, kept);
    },
    callback() {
      const model = modelOf();
      if (!model) throw missing("it was opened by its name alone");
      if (active && active.model !== model) throw new RunActive(name(), log.run?.id ?? "");
      const refuse = (): never => {
        const why = "this fit is of another model than store.session() was given.";
        throw new ModelCannot(name(), "follow", why);
      };
      const taker =
        (ours: FitCallback): FitTaker =>
        (its, fit, x, y, args) =>
          its === modelOf() || its === active?.model
            ? fitted(its, fit, x, y, args, ours)
            : refuse();
      return createFitCallback(tf, taker, refuse);
    },
  };
}
