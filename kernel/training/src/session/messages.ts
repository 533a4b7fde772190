import type { MessagePort } from "node:worker_threads";
import type { ModelRow, NewSnapshot, RunRow, SampleRow } from "@forkpoint/checkpoints";
import type { EngineIdentity } from "../engine/identity.js";
import type { KeyframePolicy } from "./keyframes.js";
import type { MergeResult, MergeStrategy } from "./merge.js";
import type { TensorPlace } from "./state.js";

/** What an engine worker is started with. */
export interface EngineWorkerData {
  storePath: string;
  storePort: MessagePort;
  sessionId: string;
  /** The step to go to, only to look at it; null for the newest, to train on. */
  at: number | null;
  keyframes: KeyframePolicy;
  /** Digests of the compiled step and evaluation of a model whose code the worker lacks. */
  graphs: Record<string, string> | null;
}

/** What the main thread asks of an engine worker, answered in the order asked. */
export type EngineRequest =
  | { kind: "train"; to?: number; steps?: number }
  | { kind: "until"; step: number }
  | { kind: "release"; hold: number }
  | { kind: "pause" }
  | { kind: "continue" }
  | { kind: "stop" }
  | { kind: "save"; name: string; replace: boolean }
  | { kind: "digest" }
  | { kind: "evaluate" }
  | { kind: "sample"; prompt: string; tokens: number; temperature: number; seed: number }
  /** What can be shown of the state of now; nothing is stored. The session's prompt if none is given. */
  | { kind: "look"; prompt?: string }
  /** What samples of later steps begin with, and what else is shown is about. */
  | { kind: "prompt"; prompt: string }
  /** Goes to a step of the session or of one it descends from, and stores it if it is not. */
  | { kind: "reach"; step: number; sessionId: string }
  /** Goes to a step of the session, to be looked at; an engine that does not train. */
  | { kind: "stand"; step: number }
  /** Makes the steps up to one of the session again, from the state of now. */
  | { kind: "walk"; step: number }
  /** Ends a replay that goes on. */
  | { kind: "cancel" }
  /** Stores the state of now, unless it is stored. */
  | { kind: "keep"; trigger: "fork" | "replay" }
  /** Goes on as another session with the same settings, from the state of now. */
  | { kind: "become"; sessionId: string }
  | { kind: "state" }
  | ({ kind: "merge" } & MergeRequest)
  | { kind: "close" };

/** A merge: whose state, from where the two went apart, and how. */
export interface MergeRequest {
  checkpointId: string;
  baseCheckpointId: string | null;
  strategy: MergeStrategy;
  evenIfWorse: boolean;
  /** The other session's id, for the event. */
  from: string;
}

/** The answers, by the kind of request. */
export interface EngineAnswers {
  train: { run: RunRow | null; step: number };
  until: { step: number };
  release: null;
  pause: { step: number };
  continue: { step: number };
  stop: { step: number };
  save: ModelRow;
  digest: string;
  evaluate: { step: number; validationLoss: number };
  sample: { step: number; text: string };
  look: NewSnapshot[];
  prompt: null;
  /** Null when it takes another engine: the step was made by another graph. */
  reach: { checkpointId: string; replayed: number } | null;
  /** Null when it takes another engine: the step was made by another graph. */
  stand: { step: number } | null;
  walk: { step: number };
  cancel: null;
  keep: { checkpointId: string; step: number };
  become: { step: number };
  state: { step: number; buffer: ArrayBuffer; tensors: TensorPlace[] };
  merge: MergeResult;
  close: null;
}

/** An error as it crosses between threads. */
export interface ErrorMessage {
  code: string;
  message: string;
  data: object;
  stack: string;
}

/** What an engine worker says by itself. */
export type EngineEvent =
  | { event: "ready"; step: number; identity: EngineIdentity; title: string; reason: string | null }
  | { event: "failed"; error: ErrorMessage }
  | {
      event: "progress";
      step: number;
      chunk: Uint8Array;
      rate: number | null;
      secondsLeft: number | null;
    }
  /** A step was made again on the way to one that was asked for. */
  | { event: "replay"; step: number; from: number; to: number }
  /** Something to tell the user that is no failure. */
  | { event: "notice"; text: string }
  | { event: "samples"; samples: SampleRow[] }
  | { event: "snapshots"; snapshots: NewSnapshot[] }
  | { event: "checkpoint"; step: number; trigger: string }
  | { event: "run"; run: RunRow; step: number };

export type ToEngine = { id: number; request: EngineRequest };
export type FromEngine =
  | { id: number; ok: true; answer: unknown }
  | { id: number; ok: false; error: ErrorMessage }
  | EngineEvent;
