import type { MessagePort } from "node:worker_threads";
import type { KernelInfo } from "../wire/kernel-info.js";
import type { Message } from "../wire/message.js";
import type { FromIo, LanguageAnswer, LanguageQuestion } from "./link.js";
import { logLine } from "./log.js";
import type { Publisher } from "./publisher.js";

const LANGUAGE = new Set(["complete_request", "inspect_request", "is_complete_request"]);

const MAIN = new Set([
  "execute_request",
  "history_request",
  "comm_info_request",
  "comm_open",
  "comm_msg",
  "comm_close",
]);

/** What the shell channel needs of the rest of the I/O thread. */
export interface ShellContext {
  info: KernelInfo;
  language: MessagePort;
  publisher: Publisher;
  reply(request: Message, content: object): void;
  toMain(message: FromIo): void;
}

/**
 * Makes the handler of the shell channel: it answers `kernel_info_request` itself, hands questions
 * about code to the language thread, and the rest to main.
 *
 * @example const handle = createShell(context); handle(request);
 */
export function createShell(context: ShellContext): (request: Message) => void {
  const { publisher, language } = context;
  const asked = new Map<number, Message>();
  let lastId = 0;

  language.on("message", (answer: LanguageAnswer) => {
    const request = asked.get(answer.id);
    if (!request) return;
    asked.delete(answer.id);
    context.reply(request, answer.content);
    publisher.status("idle", request.header);
  });

  return (request) => {
    const type = request.header.msg_type;
    if (MAIN.has(type)) {
      context.toMain({ kind: "request", message: request });
    } else if (LANGUAGE.has(type)) {
      publisher.status("busy", request.header);
      lastId += 1;
      asked.set(lastId, request);
      const question: LanguageQuestion = { id: lastId, msgType: type, content: request.content };
      language.postMessage(question);
    } else if (type === "kernel_info_request") {
      publisher.status("busy", request.header);
      context.reply(request, context.info);
      publisher.status("idle", request.header);
    } else {
      logLine(`A message of unknown type was left out: ${type}`);
    }
  };
}
