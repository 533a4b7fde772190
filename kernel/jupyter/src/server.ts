import type { ManagedComms } from "./comms/comms.js";
import { createContext, runIn } from "./context.js";
import type { Outputs } from "./display/outputs.js";
import type { Executor } from "./execution/executor.js";
import type { History } from "./execution/history.js";
import type { Outbox } from "./sockets/outbox.js";
import type { CommInfoRequest } from "./wire/comm.js";
import type { HistoryRequest } from "./wire/history.js";
import type { Message } from "./wire/message.js";

/** What main's requests are served with. */
export interface ServerParts {
  outbox: Outbox;
  comms: ManagedComms;
  history: History;
  executor: Executor;
  outputs: Outputs;
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
    const { content } = request;
    switch (request.header.msg_type) {
      case "history_request":
        outbox.reply(request, history.answer(content as unknown as HistoryRequest));
        break;
      case "comm_info_request":
        outbox.reply(request, comms.info(content as CommInfoRequest));
        break;
      default:
        comms.handle(request);
    }
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
        outputs.error(error);
      }
    });
    outbox.publish("status", { execution_state: "idle" }, header);
  };
}
