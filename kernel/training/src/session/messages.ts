import type { MessagePort } from "node:worker_threads";
import type { ModelRow, RunRow, SampleRow } from "@forkpoint/checkpoints";
import type { EngineIdentity } from "../engine/identity.js";

/** What an engine worker is started with. */
export interface EngineWorkerData {
  storePath: string;
  storePort: MessagePort;
  sessionId: string;
  /** Seconds between automatic checkpoints while a run trains. */
  autosaveSeconds: number;
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
  | { kind: "close" };

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
  | { event: "samples"; samples: SampleRow[] }
  | { event: "checkpoint"; step: number; trigger: string }
  | { event: "run"; run: RunRow; step: number };

export type ToEngine = { id: number; request: EngineRequest };
export type FromEngine =
  | { id: number; ok: true; answer: unknown }
  | { id: number; ok: false; error: ErrorMessage }
  | EngineEvent;
