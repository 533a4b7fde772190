import type { Store } from "@forkpoint/checkpoints";
import type { EngineIdentity } from "../engine/identity.js";
import type { Engine } from "../engine/tfjs.js";
import type { EagerModel } from "./hand-written.js";
import type { KeyframePolicy } from "./keyframes.js";
import type { SampleOptions } from "./learner.js";
import type { MergeResult } from "./merge.js";
import type { EngineAnswers, EngineEvent, MergeRequest } from "./messages.js";

export interface TrainerOptions {
  engine: Engine;
  store: Store;
  sessionId: string;
  /** The step to stand at, only to look at it; null for the newest. */
  at: number | null;
  keyframes: KeyframePolicy;
  /** Digests of blobs that the session goes on with, before those of its newest checkpoint. */
  graphs: Record<string, string> | null;
  /** The code of a hand-written model that runs op by op, and why it does; else null. */
  model: EagerModel | null;
  post: (event: EngineEvent) => void;
  /** Whether a replay that goes on is to end. */
  cancelled: () => boolean;
}

/** A session's state on an engine, and the one run that may train it. */
export interface Trainer {
  /** Whether a step is due now. */
  readonly training: boolean;
  readonly step: number;
  /** With the mode that its step runs in. */
  readonly identity: EngineIdentity;
  /** Why a step does not run as fast as it could, as a sentence; null when it does. */
  readonly reason: string | null;
  train(target: { to?: number; steps?: number }): Promise<EngineAnswers["train"]>;
  /** Makes one step and what belongs to it. A failure ends the run and is posted, never thrown. */
  advance(): Promise<void>;
  /** Calls back at the boundary after `step`, where training holds until {@link release}. */
  until(
    id: number,
    step: number,
    reached: (step: number) => void,
    failed: (error: Error) => void,
  ): void;
  release(id: number): void;
  pause(): Promise<number>;
  continue(): Promise<number>;
  stop(): Promise<number>;
  save(name: string, replace: boolean): Promise<EngineAnswers["save"]>;
  /**
   * Goes to a step of the session, or of one with the same settings that it descends from, and stores
   * it unless it is stored. Null when that step was made by another graph than this one's.
   */
  reach(step: number, sessionId: string): Promise<EngineAnswers["reach"]>;
  /** Loads, while there is nothing to do, what going back in time will need. */
  warm(): Promise<void>;
  /** Goes to a step of the session; where it stands after an error is not said. Null as for reach. */
  stand(step: number): Promise<EngineAnswers["stand"]>;
  /** Makes the steps up to one of the session again, from the state of now. */
  walk(step: number): Promise<{ step: number }>;
  /** Stores the state of now unless it is stored. */
  keep(trigger: "fork" | "replay"): Promise<EngineAnswers["keep"]>;
  /** Goes on as another session with the same settings; returns the step. */
  become(sessionId: string): number;
  merge(request: MergeRequest): Promise<MergeResult>;
  state(): EngineAnswers["state"];
  digest(): string;
  /** Gives its memory back; nothing may be asked of it afterwards. */
  close(): void;
  evaluate(): EngineAnswers["evaluate"];
  sample(how: SampleOptions): EngineAnswers["sample"];
  /** All that can be shown of the state of now beside numbers. */
  look(prompt?: string): EngineAnswers["look"];
  /** What samples of later steps begin with. */
  setPrompt(prompt: string): null;
}
