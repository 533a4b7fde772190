// The language thread: it checks cells for main, and answers the I/O thread's questions.
import {
  parentPort,
  receiveMessageOnPort,
  workerData,
  type MessagePort,
} from "node:worker_threads";
import type { Finding } from "../../errors.js";
import { createCollection } from "../../process/collection.js";
import type { LanguageAnswer, LanguageQuestion } from "../../sockets/link.js";
import type { CompleteRequest } from "../../wire/complete.js";
import type { InspectRequest } from "../../wire/inspect.js";
import { createLanguage, type LanguageOptions } from "./language.js";

/** What the language thread is started with. */
export interface LanguageStart extends LanguageOptions {
  questions: MessagePort;
}

/** What main asks of it. */
export type ToLanguage =
  | { kind: "check"; id: number; cell: number; code: string }
  | { kind: "typesAmong"; id: number; module: string; names: readonly string[] }
  | { kind: "keep"; cell: number; names: readonly string[] }
  | { kind: "hurry" };

/** What it answers to what has an id. */
export type FromLanguage = { id: number } & (
  { value: Finding[] | string[] } | { failure: { message: string; stack: string } }
);

const { questions, ...options } = workerData as LanguageStart;
const main = parentPort!;
const language = createLanguage(options);

/** Growth of the heap that is worth collecting while there is work, in bytes. */
const BUSY_GROWTH = 24 * 2 ** 20;

// A checked cell leaves about half a megabyte, and cells that come without a pause leave no idle moment.
const collection = createCollection({ growth: 2 * 2 ** 20 });

/** How long a cell runs before its types are checked, in milliseconds. */
const LATER_MS = 5;

let waiting: ToLanguage[] = [];
let timer: NodeJS.Timeout | null = null;

main.on("message", take);

function take(message: ToLanguage): void {
  if (message.kind === "hurry") return catchUp();
  waiting.push(message);
  if (message.kind === "typesAmong") catchUp();
  else timer ??= setTimeout(catchUp, LATER_MS);
}

function catchUp(): void {
  if (timer) clearTimeout(timer);
  timer = null;
  const messages = waiting;
  waiting = [];
  for (const message of messages) handle(message);
}

function handle(message: ToLanguage): void {
  collection.rest();
  if (message.kind !== "typesAmong") collection.collect(BUSY_GROWTH);
  if (message.kind === "hurry") return;
  if (message.kind === "keep") return language.keep(message.cell, message.names);
  const { id } = message;
  try {
    const value =
      message.kind === "check"
        ? language.check(message.cell, message.code)
        : language.typesAmong(message.module, message.names);
    main.postMessage({ id, value } satisfies FromLanguage);
  } catch (error) {
    const { message: text, stack = "" } = error as Error;
    main.postMessage({ id, failure: { message: text, stack } } satisfies FromLanguage);
  }
}

questions.on("message", ({ id, msgType, content }: LanguageQuestion) => {
  collection.rest();
  // Main sent its cells before anybody asked, but Node keeps no order between two ports.
  for (let sent; (sent = receiveMessageOnPort(main));) take(sent.message as ToLanguage);
  catchUp();
  questions.postMessage({ id, content: answer(msgType, content) } satisfies LanguageAnswer);
});

// The packages' types come with the first cell that imports them: they are two thirds of this thread's
// memory, which a notebook that never does should not pay for.
language.check(0, "const warm = [1].map((n) => n + 1); console.log(await warm)");

function answer(msgType: string, content: Record<string, unknown>): Record<string, unknown> {
  try {
    return msgType === "complete_request"
      ? { ...language.complete(content as unknown as CompleteRequest) }
      : { ...language.inspect(content as unknown as InspectRequest) };
  } catch (error) {
    const { name, message, stack = "" } = error as Error;
    return { status: "error", ename: name, evalue: message, traceback: stack.split("\n") };
  }
}
