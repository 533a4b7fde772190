import type { Connection } from "../wire/connection.js";
import type { KernelInfo } from "../wire/kernel-info.js";
import type { Message } from "../wire/message.js";
import type { ShutdownReply, ShutdownRequest } from "../wire/shutdown.js";
import type { Raised } from "./interrupts.js";
import type { FromIo } from "./link.js";
import type { Publisher } from "./publisher.js";

/** How long main may take to say that it is stopping, before the process is killed. */
const ACKNOWLEDGE_MS = 1200;

/** How long the whole stop may take: less than the 5 s that Jupyter waits. */
const STOP_MS = 4700;

/** What the control channel needs of the rest of the I/O thread. */
export interface ControlContext {
  info: KernelInfo;
  connection: Connection;
  publisher: Publisher;
  reply(request: Message, content: object): void;
  toMain(message: FromIo): void;
  interrupt(): Raised;
}

/** Answers the control channel, also while main is busy. */
export interface Control {
  handle(request: Message): void;
  /** Main has heard of the shutdown. */
  stopping(): void;
  /** Main is done: the shutdown's answers leave now. */
  finish(): void;
  /** Asks main to stop without any request, for example because the client's program died. */
  stop(): void;
}

/**
 * Makes the handler of the control channel.
 *
 * @example control.handle(request);
 */
export function createControl(context: ControlContext): Control {
  const { publisher } = context;
  const shutdowns: Message[] = [];
  let acknowledged = false;
  let asked = false;

  function stop(restart: boolean): void {
    if (asked) return;
    asked = true;
    context.toMain({ kind: "shutdown", restart });
    // A loop in a cell must end, else main never hears of it.
    setTimeout(() => {
      if (!acknowledged) context.interrupt();
    }, 100);
    setTimeout(() => {
      if (!acknowledged) process.kill(process.pid, "SIGKILL");
    }, ACKNOWLEDGE_MS);
    setTimeout(() => process.kill(process.pid, "SIGKILL"), STOP_MS);
  }

  return {
    handle(request) {
      const { msg_type: type } = request.header;
      publisher.status("busy", request.header);
      if (type === "shutdown_request") {
        shutdowns.push(request);
        stop((request.content as ShutdownRequest).restart === true);
        return; // idle follows the reply, in finish()
      }
      if (type === "interrupt_request") {
        context.toMain({ kind: "interrupt", ...context.interrupt() });
        context.reply(request, { status: "ok" });
      } else if (type === "kernel_info_request") {
        context.reply(request, context.info);
      } else if (type === "connect_request") {
        context.reply(request, portsOf(context.connection));
      }
      publisher.status("idle", request.header);
    },
    stopping() {
      acknowledged = true;
    },
    finish() {
      for (const request of shutdowns) {
        const restart = (request.content as ShutdownRequest).restart === true;
        const content: ShutdownReply = { status: "ok", restart };
        context.reply(request, content);
        publisher.publish({
          msgType: "shutdown_reply",
          contentText: JSON.stringify(content),
          parent: request.header,
        });
        publisher.status("idle", request.header);
      }
    },
    stop: () => stop(false),
  };
}

function portsOf(connection: Connection): object {
  const { shell_port, control_port, iopub_port, stdin_port, hb_port } = connection;
  return {
    status: "ok",
    shell_port,
    control_port,
    iopub_port,
    stdin_port,
    hb_port,
  };
}
