import type { LayersModel } from "@tensorflow/tfjs";
import type { Store } from "@forkpoint/checkpoints";
import { ModelCannot } from "../errors/model.js";
import type { FitLink } from "../fit/fit-engine.js";
import type { ReachOptions } from "./branch.js";
import { cancellable } from "./cancel.js";
import type { EngineLink } from "./engine-link.js";
import type { KeyframePolicy } from "./keyframes.js";
import type { EngineAnswers, EngineEvent } from "./messages.js";
import { lookingEngines } from "./resting-engine.js";
import type { LookingEngines } from "./resting-engine.js";
import { startEngineFor } from "./start-engine.js";

/** What a compiled step is not run for; steps made before it may still be reached. */
const refusals = ["GraphOpRefused", "GraphUnreadable"];

/**
 * The engines of one session: the one that trains it, started when it is first needed, and those
 * that bring steps of the past back beside it.
 */
export class SessionEngines {
  readonly #store: Store;
  readonly #keyframes: KeyframePolicy;
  readonly #hear: (event: EngineEvent) => void;
  readonly #looks: LookingEngines;
  #own: EngineLink | null = null;
  #onReplay: ReachOptions["onProgress"];
  /** The tf.LayersModel that the session was opened with. */
  layers: LayersModel | null = null;

  constructor(store: Store, keyframes: KeyframePolicy, hear: (event: EngineEvent) => void) {
    this.#store = store;
    this.#keyframes = keyframes;
    this.#hear = hear;
    this.#looks = lookingEngines((sessionId, at, onEvent) => {
      const how = { at, keyframes };
      return startEngineFor(store, sessionId, how, () => this.layers, onEvent);
    });
  }

  /** Whether the session's own engine has been started. */
  get started(): boolean {
    return this.#own !== null;
  }

  /** The engine that trains the session. */
  own(sessionId: string): EngineLink {
    this.#own ??= startEngineFor(
      ...([this.#store, sessionId, { at: null, keyframes: this.#keyframes }] as const),
      () => this.layers,
      (event) => this.#follow(event),
    );
    return this.#own;
  }

  /** The engine of a session that `model.fit` trains. @throws ModelCannot for another */
  fit(sessionId: string): FitLink {
    const { name, modelKind } = this.#store.sessions.get(sessionId);
    if (modelKind === "layers") return this.own(sessionId) as FitLink;
    const why = "its model is none of tf.LayersModel; it trains by session.train({ to }).";
    throw new ModelCannot(name, "follow model.fit", why);
  }

  /** An engine that stands at a step of a session, to look at it. */
  at(sessionId: string, at: number, onProgress?: ReachOptions["onProgress"]): EngineLink {
    const hear = (event: EngineEvent): void => {
      if (event.event === "replay") onProgress?.(event);
      if (event.event === "notice") console.warn(event.text);
    };
    return this.#looks.at(sessionId, at, hear);
  }

  /**
   * Goes to a step of `owner`, the session or one that it descends from, with the session's own
   * engine; the id of the checkpoint of that state. Null when this engine cannot: its compiled step
   * is refused, or another one made that step.
   */
  async reachHere(
    sessionId: string,
    owner: string,
    step: number,
    { signal, onProgress }: ReachOptions,
  ): Promise<string | null> {
    const link = this.own(sessionId);
    this.#onReplay = onProgress;
    try {
      const asked = link.ask({ kind: "reach", step, sessionId: owner });
      return (await cancellable(link, signal, asked))?.checkpointId ?? null;
    } catch (error) {
      if (refusals.includes((error as { code?: string }).code ?? "")) return null;
      throw error;
    } finally {
      this.#onReplay = undefined;
    }
  }

  /** The same in an engine of its own, so that the session's goes on. */
  async reachElsewhere(sessionId: string, step: number, options: ReachOptions): Promise<string> {
    const found = this.#store.checkpoints.nearest(sessionId, step);
    if (found?.checkpoint.step === step) return found.checkpoint.id;
    const link = this.at(sessionId, step, options.onProgress);
    try {
      const asked = link.ask({ kind: "keep", trigger: "replay" });
      return (await cancellable(link, options.signal, asked)).checkpointId;
    } finally {
      await link.close();
    }
  }

  /** A copy of the state of a step, made in an engine of its own and not kept. */
  async stateElsewhere(
    sessionId: string,
    step: number,
    options: ReachOptions,
  ): Promise<EngineAnswers["state"]> {
    const link = this.at(sessionId, step, options.onProgress);
    try {
      return await cancellable(link, options.signal, link.ask({ kind: "state" }));
    } finally {
      await link.close();
    }
  }

  /** The id of a checkpoint of the session's newest state, made unless there is one. */
  async newest(sessionId: string, step: number): Promise<string> {
    if (!this.started) return this.reachElsewhere(sessionId, step, {});
    return (await this.own(sessionId).ask({ kind: "keep", trigger: "fork" })).checkpointId;
  }

  /** Stops a run at a step boundary, saves, and gives the own engine's memory back. */
  async close(): Promise<void> {
    const own = this.#own;
    this.#own = null;
    await own?.close();
  }

  /** The same, and the memory of those that looked at the past. */
  async end(): Promise<void> {
    await Promise.all([this.close(), this.#looks.close()]);
  }

  #follow(event: EngineEvent): void {
    // The next request starts a new engine; this one's requests have been rejected.
    if (event.event === "failed") this.#own = null;
    if (event.event === "replay") this.#onReplay?.(event);
    else if (event.event === "notice") console.warn(event.text);
    else this.#hear(event);
  }
}
