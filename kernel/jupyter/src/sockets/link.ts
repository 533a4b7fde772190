import type { MessagePort } from "node:worker_threads";
import type { Connection } from "../wire/connection.js";
import type { Header } from "../wire/header.js";
import type { KernelInfo } from "../wire/kernel-info.js";
import type { Message } from "../wire/message.js";
import type { InterruptFlag } from "./interrupt-flag.js";

/** What the I/O thread is started with. */
export interface IoStart {
  connection: Connection;
  session: string;
  info: KernelInfo;
  flag: InterruptFlag;
  /** Of main's heap, in bytes. */
  heapLimit: number;
  /** Straight to the language thread, so that completion works while a cell keeps main busy. */
  language: MessagePort;
  /** Of the program that started the kernel; null when it is not to be watched. */
  parentProcess: number | null;
}

/** What main asks of the I/O thread. Everything leaves in this order. */
export type ToIo =
  | {
      kind: "publish";
      msgType: string;
      contentText: string;
      metadataText: string;
      parent: Header | null;
      buffers: Uint8Array[];
    }
  | { kind: "stream"; name: "stdout" | "stderr"; text: string; parent: Header | null }
  | {
      kind: "reply";
      idents: Uint8Array[];
      parent: Header;
      contentText: string;
      metadataText: string;
    }
  | { kind: "barrier"; id: number }
  | { kind: "stopping" }
  | { kind: "close" };

/** What the I/O thread tells main. */
export type FromIo =
  | { kind: "ready" }
  | { kind: "failed"; message: string }
  | { kind: "request"; message: Message }
  | { kind: "interrupt"; turn: number; again: boolean }
  | { kind: "shutdown"; restart: boolean }
  | { kind: "barrier"; id: number }
  | { kind: "closed" };

/** A question for the language thread: completion, inspection, completeness. */
export interface LanguageQuestion {
  id: number;
  msgType: string;
  content: Record<string, unknown>;
}

/** Its answer: the content of the reply. */
export interface LanguageAnswer {
  id: number;
  content: Record<string, unknown>;
}
