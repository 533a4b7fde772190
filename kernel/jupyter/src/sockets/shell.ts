import type { MessagePort } from "node:worker_threads";
import { completenessOf } from "../evaluate/completeness.js";
import { codePointOffset } from "../wire/code-points.js";
import { COMPLETE_FIELDS } from "../wire/complete.js";
import { readFields } from "../wire/fields.js";
import { readEnvelope } from "../wire/frames.js";
import { INSPECT_FIELDS } from "../wire/inspect.js";
import {
  IS_COMPLETE_FIELDS,
  type IsCompleteReply,
  type IsCompleteRequest,
} from "../wire/is-complete.js";
import type { KernelInfo } from "../wire/kernel-info.js";
import type { Envelope } from "../wire/message.js";
import type { FromIo, LanguageAnswer, LanguageQuestion } from "./link.js";
import { LATER, serve, type ServiceContext } from "./service.js";

const LANGUAGE = {
  complete_request: COMPLETE_FIELDS,
  inspect_request: INSPECT_FIELDS,
};

const MAIN = new Set([
  "execute_request",
  "history_request",
  "comm_info_request",
  "comm_open",
  "comm_msg",
  "comm_close",
]);

/** What the shell channel needs of the rest of the I/O thread. */
export interface ShellContext extends ServiceContext {
  info: KernelInfo;
  /** The answer to `connect_request`. */
  ports: object;
  language: MessagePort;
  toMain(message: FromIo, transfer: ArrayBuffer[]): void;
}

/**
 * Makes the handler of the shell channel: it answers itself what a kernel is and whether code is
 * complete, hands questions about types to the language thread, and the rest to main.
 *
 * @example const handle = createShell(context); handle(envelope);
 */
export function createShell(context: ShellContext): (envelope: Envelope) => void {
  const { publisher, language, reply } = context;
  const asked = new Map<number, Envelope>();
  let lastId = 0;

  language.on("message", ({ id, content }: LanguageAnswer) => {
    const envelope = asked.get(id);
    if (!envelope) return;
    asked.delete(id);
    reply(envelope, content);
    publisher.status("idle", JSON.stringify(envelope.header));
  });

  function ask(envelope: Envelope, msgType: keyof typeof LANGUAGE): typeof LATER {
    const content = readFields<Record<string, unknown>>(
      msgType,
      readEnvelope(envelope).content,
      LANGUAGE[msgType],
    );
    placeCursor(content as { code: string });
    lastId += 1;
    asked.set(lastId, envelope);
    language.postMessage({ id: lastId, msgType, content } satisfies LanguageQuestion);
    return LATER;
  }

  // A console waits a second for it, also while the language thread is only starting.
  function completeness(envelope: Envelope): IsCompleteReply {
    const { content } = readEnvelope(envelope);
    const { code } = readFields<IsCompleteRequest>(
      "is_complete_request",
      content,
      IS_COMPLETE_FIELDS,
    );
    try {
      return completenessOf(code);
    } catch (error) {
      // A failure of the parser is no statement about the code.
      context.log(`Whether code is complete could not be told: ${String(error)}`);
      return { status: "unknown" };
    }
  }

  return (envelope) => {
    const type = envelope.header.msg_type;
    if (MAIN.has(type)) {
      const transfer = envelope.buffers.map(({ buffer }) => buffer);
      context.toMain({ kind: "request", envelope }, transfer);
      return;
    }
    serve(context, envelope, () => {
      if (Object.hasOwn(LANGUAGE, type)) return ask(envelope, type as keyof typeof LANGUAGE);
      if (type === "is_complete_request") reply(envelope, completeness(envelope));
      else if (type === "kernel_info_request") reply(envelope, context.info);
      else if (type === "connect_request") reply(envelope, context.ports);
      else context.log(`A message of a type that is not known was left out: ${type}`);
    });
  };
}

// Left out it is at the end, as is one beyond it.
function placeCursor(content: { code: string; cursor_pos?: number }): void {
  const { code, cursor_pos: asked = Infinity } = content;
  // No text has more code points than UTF-16 units: most cursors need no counting.
  const end = asked <= code.length / 2 ? asked : codePointOffset(code, code.length);
  content.cursor_pos = Math.min(asked, end);
}
