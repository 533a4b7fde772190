import type { Debugging } from "../debugger/debugger.js";
import { readFields } from "../wire/fields.js";
import { readEnvelope } from "../wire/frames.js";
import type { KernelInfo } from "../wire/kernel-info.js";
import type { Envelope } from "../wire/message.js";
import { SHUTDOWN_FIELDS, type ShutdownReply, type ShutdownRequest } from "../wire/shutdown.js";
import { noSubshells } from "../wire/unsupported.js";
import type { UsageReply } from "../wire/usage.js";
import type { Raised } from "./interrupts.js";
import type { FromIo } from "./link.js";
import { LATER, refusal, serve, type ServiceContext } from "./service.js";

/** How long main may take to say that it is stopping, before the process is killed. */
const ACKNOWLEDGE_MS = 1200;

/** How long the whole stop may take: less than the 5 s that Jupyter waits. */
const STOP_MS = 4700;

/** What the control channel needs of the rest of the I/O thread. */
export interface ControlContext extends ServiceContext {
  info: KernelInfo;
  /** The answer to `connect_request`. */
  ports: object;
  debugging: Pick<Debugging, "handle">;
  toMain(message: FromIo): void;
  interrupt(): Raised;
  usage(): UsageReply;
}

/** Answers the control channel, also while main is busy. */
export interface Control {
  handle(envelope: Envelope): void;
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
  const { publisher, reply } = context;
  const shutdowns: { envelope: Envelope; restart: boolean }[] = [];
  let acknowledged = false;
  let asked = false;

  function stop(restart: boolean): void {
    if (asked) return;
    asked = true;
    context.toMain({ kind: "shutdown", restart });
    // A loop in a cell must end, else main never hears of it.
    setTimeout(() => {
      if (!acknowledged) context.interrupt();
    }, 100).unref();
    setTimeout(() => {
      if (!acknowledged) process.kill(process.pid, "SIGKILL");
    }, ACKNOWLEDGE_MS).unref();
    setTimeout(() => process.kill(process.pid, "SIGKILL"), STOP_MS).unref();
  }

  async function debug(envelope: Envelope): Promise<void> {
    try {
      const response = await context.debugging.handle(readEnvelope(envelope).content);
      reply(envelope, { status: "ok", ...response });
    } catch (error) {
      context.log(`The debugger failed: ${(error as Error).stack ?? String(error)}`);
      reply(envelope, refusal(error as Error));
    }
    publisher.status("idle", JSON.stringify(envelope.header));
  }

  function answer(envelope: Envelope): void | typeof LATER {
    const { msg_type: type } = envelope.header;
    switch (type) {
      case "shutdown_request": {
        const { content } = readEnvelope(envelope);
        const { restart = false } = readFields<ShutdownRequest>(type, content, SHUTDOWN_FIELDS);
        shutdowns.push({ envelope, restart });
        stop(restart);
        return LATER; // idle follows the reply, in finish()
      }
      case "interrupt_request":
        context.toMain({ kind: "interrupt", ...context.interrupt() });
        reply(envelope, { status: "ok" });
        return;
      case "kernel_info_request":
        reply(envelope, context.info);
        return;
      case "connect_request":
        reply(envelope, context.ports);
        return;
      case "usage_request":
        reply(envelope, context.usage());
        return;
      case "debug_request":
        void debug(envelope);
        return LATER;
      case "create_subshell_request":
      case "delete_subshell_request":
        reply(envelope, noSubshells());
        return;
      case "list_subshell_request":
        reply(envelope, { status: "ok", subshell_id: [] });
        return;
      default:
        context.log(`A control message of a type that is not known was left out: ${type}`);
    }
  }

  return {
    handle: (envelope) => serve(context, envelope, () => answer(envelope)),
    stopping() {
      acknowledged = true;
    },
    finish() {
      for (const { envelope, restart } of shutdowns) {
        const content: ShutdownReply = { status: "ok", restart };
        const parentText = JSON.stringify(envelope.header);
        reply(envelope, content);
        publisher.publish({
          msgType: "shutdown_reply",
          contentText: JSON.stringify(content),
          parentText,
        });
        publisher.status("idle", parentText);
      }
    },
    stop: () => stop(false),
  };
}
