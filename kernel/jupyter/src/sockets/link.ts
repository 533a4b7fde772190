import type { MessagePort } from "node:worker_threads";
import type { CellScript } from "../debugger/cell-scripts.js";
import type { Connection } from "../wire/connection.js";
import type { KernelInfo } from "../wire/kernel-info.js";
import type { Envelope } from "../wire/message.js";
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
  /** Where answers of users go to. */
  answers: MessagePort;
  /** Counts those answers: main may be asleep on it. */
  bell: InputBell;
  /** Of the program that started the kernel; null when it is not to be watched. */
  parentProcess: number | null;
}

/** Memory that rings when a user has answered: main sleeps on its only cell. */
export type InputBell = Int32Array<SharedArrayBuffer>;

/** What main asks of the I/O thread. Everything leaves in this order. */
export type ToIo =
  /** More text for the stream of the message before: most messages of a loop that prints. */
  | string
  | {
      kind: "publish";
      msgType: string;
      contentText: string;
      metadataText: string;
      parentText: string;
      buffers: Uint8Array[];
    }
  | { kind: "stream"; name: "stdout" | "stderr"; text: string; parentText: string }
  | {
      kind: "reply";
      msgType: string;
      idents: Uint8Array[];
      parentText: string;
      contentText: string;
      metadataText: string;
    }
  | ({ kind: "ask" } & InputQuestion)
  /** The cell has ended: what it asked needs no answer any more. */
  | { kind: "unask" }
  | { kind: "barrier"; id: number }
  /** Cells for the debugger: one that waits to run, or those that have. */
  | { kind: "announce"; id: number; scripts: CellScript[] }
  | { kind: "stopping" }
  | { kind: "close" };

/** What the I/O thread tells main. */
export type FromIo =
  | { kind: "ready" }
  | { kind: "failed"; message: string }
  | { kind: "request"; envelope: Envelope }
  | { kind: "interrupt"; turn: number; again: boolean }
  | { kind: "shutdown"; restart: boolean }
  /** Somebody debugs, or does no longer. */
  | { kind: "debugging"; on: boolean }
  /** What main asked for under this number is done. */
  | { kind: "done"; id: number };

/** A question for the user, asked of the client that runs the cell. */
export interface InputQuestion {
  id: number;
  idents: Uint8Array[];
  parentText: string;
  contentText: string;
}

/** What became of it. */
export type InputAnswer = { id: number } & ({ value: string } | { ended: "interrupt" | "cell" });

/** A question for the language thread: completion or inspection. */
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
