import type { LayersModel } from "@tensorflow/tfjs";
import type { CheckpointRow, Store } from "@forkpoint/checkpoints";
import { identityText } from "../engine/identity.js";
import { engineHere } from "../engine/main-engine.js";
import { tensorflowHere } from "../engine/tfjs.js";
import type { Tensorflow } from "../engine/tfjs.js";
import { ModelCodeMissing } from "../errors/model.js";
import { tellOfOtherEngine } from "../session/bring-back.js";
import { createHolds } from "../session/holds.js";
import type { Holds } from "../session/holds.js";
import { createKeeper } from "../session/keeper.js";
import type { Keeper } from "../session/keeper.js";
import type { KeyframePolicy } from "../session/keyframes.js";
import type { EngineEvent } from "../session/messages.js";
import { createRunLog } from "../session/run-log.js";
import type { RunLog } from "../session/run-log.js";
import { configsOf } from "../session/setup.js";
import type { FitAtWork } from "./fit-at-work.js";
import type { FitSettings } from "./fit-settings.js";
import { fitDigest, fitStateInput, fitStateOf } from "./fit-state.js";
import type { FitState } from "./fit-state.js";
import { inheritedBy } from "./compiled.js";
import { readLayers } from "./layers-state.js";
import { fitStateAt } from "./replay-fit.js";

/** What a desk is made for. */
export interface FitDeskOptions {
  store: Store;
  sessionId: string;
  keyframes: KeyframePolicy;
  /** The model in hand; null where the session was opened by its name alone. */
  modelOf(): LayersModel | null;
  post(event: EngineEvent): void;
  /** Whether a replay that goes on is to end. */
  cancelled(): boolean;
}

/** Where a session of a tf.LayersModel stands, and what is kept and recorded of it. */
export interface FitDesk extends Pick<FitDeskOptions, "store" | "modelOf" | "post"> {
  readonly tf: Tensorflow;
  readonly seed: number;
  readonly log: RunLog;
  readonly holds: Holds;
  readonly keeper: Keeper;
  /** The engine's identity, JSON text. */
  readonly engine: string;
  sessionId: string;
  step: number;
  loss: number | null;
  /** Of the fits that made its steps; null before the first. */
  settings: FitSettings | null;
  /** The fit that goes on. */
  active: FitAtWork | null;
  /** Its state while none does; null for the weights that a fresh model has by itself. */
  kept: FitState | null;
  /** The checkpoint that the state is, or was made again from. */
  origin: string | null;
  name(): string;
  /** The state of now. @throws ModelCodeMissing */
  now(): FitState;
  digest(): string;
  /** Goes to a step, of the session or of one that it comes from. @throws as {@link fitStateAt} */
  load(step: number, of?: string): Promise<void>;
  /** Goes to the newest state that is whole: undamaged, and without NaN. */
  loadNewest(atOrBefore?: number): Promise<void>;
  /** Learns which engine runs. */
  prepare(): Promise<{ title: string; reason: string | null }>;
  missing(why: string): ModelCodeMissing;
}

/** Makes the desk of a session. */
export function createFitDesk(options: FitDeskOptions): FitDesk {
  const { store, post, modelOf, cancelled } = options;
  const { model: modelConfig, training } = configsOf(store.sessions.get(options.sessionId));
  const { seed } = training;
  const configs = { model: JSON.stringify(modelConfig), training: JSON.stringify({ seed }) };
  let engine = "";
  const fixed = () => ({ configs, engine });
  const log = createRunLog(store, post);
  function stand(state: FitState | null, step: number, stored: CheckpointRow | null): void {
    desk.kept = state;
    desk.step = step;
    desk.settings = state?.settings ?? desk.settings;
    desk.origin = stored?.id ?? null;
    keeper.standing = stored?.step === step ? stored.id : null;
  }

  async function tellOfDamage(damaged: string[], wanted: number): Promise<void> {
    const { sessionId, step } = desk;
    const text =
      `A checkpoint of "${desk.name()}" is damaged: it goes on from step ${step}, and model.fit makes ` +
      "the steps behind it again.";
    post({ event: "notice", text });
    const data = { damaged, from: step };
    const event = { sessionId, step: wanted, kind: "checkpoint_damaged", data };
    await store.writer.appendEvent(event);
  }

  const desk: Omit<FitDesk, "keeper"> = {
    ...{ store, post, modelOf, seed, log, tf: tensorflowHere(), holds: createHolds() },
    ...{ step: 0, loss: null, settings: null, active: null, kept: null, origin: null },
    sessionId: options.sessionId,
    get engine() {
      return engine;
    },
    name: () => store.sessions.get(desk.sessionId).name,
    now() {
      if (desk.kept && !desk.active) return desk.kept;
      const model = desk.active?.model ?? modelOf();
      if (!model) throw desk.missing("nothing of it is stored");
      return { ...readLayers(model), step: desk.step, settings: desk.settings };
    },
    digest: () => fitDigest(desk.now(), fixed()),
    async load(step, of = desk.sessionId) {
      const onReplay = (replayed: number, from: number, to: number): void =>
        post({ event: "replay", step: replayed, from, to });
      if (step === 0 && !store.checkpoints.nearest(of, 0)) return stand(null, 0, null);
      const found = await fitStateAt(desk.tf, store, of, step, { cancelled, onReplay });
      stand(found.state, step, store.checkpoints.get(found.from));
    },
    async loadNewest(atOrBefore = Number.MAX_SAFE_INTEGER) {
      const newest = store.checkpoints.nearest(desk.sessionId, atOrBefore)?.checkpoint;
      const damaged: string[] = [];
      const passed: string[] = [];
      for (let found = newest; found;) {
        try {
          const stored = await fitStateOf(store, found.id);
          const state = inheritedBy(store, desk.sessionId, found, stored);
          if (isFinite(state)) {
            stand(state, found.step, found);
            // A fork's own beginning is not what its parent stored.
            if (state !== stored) keeper.standing = null;
            if (damaged.length > 0) await tellOfDamage(damaged, newest!.step);
            const made = store.checkpoints.manifest(found.id);
            return tellOfOtherEngine(made, engine, desk.name(), post);
          }
        } catch (error) {
          if (!isDamage(error)) throw error;
          damaged.push(found.id);
        }
        passed.push(found.id);
        found = store.checkpoints.nearest(desk.sessionId, found.step, passed)?.checkpoint;
      }
      if (!newest) return stand(null, 0, null);
      // None is whole: the newest says what is wrong with it.
      stand(await fitStateOf(store, newest.id), newest.step, newest);
    },
    async prepare() {
      const { identity, title, reason } = await engineHere();
      engine = identityText(identity);
      return { title, reason };
    },
    missing(why) {
      const cell = `that builds it and says store.session(${JSON.stringify(desk.name())}, { model })`;
      return new ModelCodeMissing(desk.name(), String(modelConfig.config["name"]), why, cell);
    },
  };
  const keeper = createKeeper({
    ...{ store, post, policy: options.keyframes },
    whose: () => ({
      ...{ sessionId: desk.sessionId, runId: log.run?.id ?? null, trainLoss: desk.loss },
    }),
    step: () => desk.step,
    snapshot() {
      const state = desk.now();
      // Handed over to the store; what is kept stays here.
      const buffer = state === desk.kept ? state.buffer.slice(0) : state.buffer;
      const copied = Promise.resolve(0);
      return { ...state, state: fitStateInput(state, fixed()), buffer, copied };
    },
    flush: () => log.flush(desk.step),
  });
  return Object.assign(desk, { keeper });
}

function isDamage(error: unknown): boolean {
  return ["CheckpointDamaged", "TensorDamaged"].includes((error as { code?: string }).code ?? "");
}

function isFinite({ buffer, tensors }: FitState): boolean {
  return tensors.every(
    ({ dtype, offset, length }) =>
      dtype !== "F32" || new Float32Array(buffer, offset, length / 4).every(Number.isFinite),
  );
}
