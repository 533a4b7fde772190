import type { MessagePort } from "node:worker_threads";
import type { WireError } from "../errors/error-wire.js";

/** A call of one operation of the writer. */
export interface CallMessage {
  id: number;
  method: string;
  input: unknown[];
}

/** The answer to a call. */
export type AnswerMessage =
  { id: number; ok: true; value: unknown } | { id: number; ok: false; error: WireError };

/** What the thread that started the worker tells it. */
export type ControlMessage = { kind: "connect"; port: MessagePort } | { kind: "close" };

/** What the worker says about itself. */
export type StatusMessage =
  | { kind: "ready" }
  | { kind: "failed"; error: WireError }
  | { kind: "closed"; error: WireError | null };
