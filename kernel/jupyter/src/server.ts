import type { ManagedComms } from "./comms/comms.js";
import { createContext, runIn } from "./context.js";
import { RequestInvalid } from "./errors.js";
import type { Outputs } from "./display/outputs.js";
import type { Executor } from "./execution/executor.js";
import type { History } from "./history/history.js";
import type { Outbox } from "./sockets/outbox.js";
import { refusal } from "./sockets/service.js";
import { COMM_DATA_FIELDS, COMM_INFO_FIELDS, COMM_OPEN_FIELDS } from "./wire/comm.js";
import { readFields } from "./wire/fields.js";
import { HISTORY_FIELDS } from "./wire/history.js";
import type { Message } from "./wire/message.js";

const NO_REPLY = {
  comm_open: COMM_OPEN_FIELDS,
  comm_msg: COMM_DATA_FIELDS,
  comm_close: COMM_DATA_FIELDS,
};

/** What main's requests are served with. */
export interface ServerParts {
  outbox: Outbox;
  comms: ManagedComms;
  history: History;
  executor: Executor;
  outputs: Outputs;
  /** For whoever runs the server. */
  log(text: string): void;
}

/**
 * Makes the handler of the requests that main gets. Only executions wait for each other; all else
 * is served at once, also while a cell awaits.
 *
 * @example const serve = createServer(parts); serve(request);
 */
export function createServer(parts: ServerParts): (request: Message) => void {
  const { outbox, comms, history, executor, outputs } = parts;

  function answer(request: Message): void {
    const { msg_type: type } = request.header;
    switch (type) {
      case "history_request":
        outbox.reply(request, history.answer(readFields(type, request.content, HISTORY_FIELDS)));
        break;
      case "comm_info_request":
        outbox.reply(request, comms.info(readFields(type, request.content, COMM_INFO_FIELDS)));
        break;
      default: {
        const fields = NO_REPLY[type as keyof typeof NO_REPLY];
        comms.handle({ ...request, content: readFields(type, request.content, fields) });
      }
    }
  }

  function fail(request: Message, error: unknown): void {
    const { msg_type: type } = request.header;
    if (!(type in NO_REPLY)) outbox.reply(request, refusal(error as Error));
    else if (error instanceof RequestInvalid) parts.log(error.message);
    else outputs.error(error);
  }

  return (request) => {
    const { header } = request;
    if (header.msg_type === "execute_request") {
      executor.add(request);
      return;
    }
    outbox.publish("status", { execution_state: "busy" }, header);
    runIn(createContext(header), () => {
      try {
        answer(request);
      } catch (error) {
        fail(request, error);
      }
    });
    outbox.publish("status", { execution_state: "idle" }, header);
  };
}
