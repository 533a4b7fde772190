// The I/O thread: it owns the five sockets and stays free whatever main does.
import { parentPort, workerData } from "node:worker_threads";
import { createDebuggerLater } from "../debugger/debugger-later.js";
import { RequestInvalid } from "../errors.js";
import { portsOf } from "../wire/connection.js";
import { encodeFrames, FramesRejected, openFrames } from "../wire/frames.js";
import { createHeader } from "../wire/header.js";
import { NO_PARENT, type Envelope, type Outgoing } from "../wire/message.js";
import { createSigner } from "../wire/signature.js";
import { createArrivals } from "./arrivals.js";
import { createControl } from "./control.js";
import { createInput } from "./input.js";
import { createInterrupter, type Raised } from "./interrupts.js";
import type { FromIo, InputAnswer, IoStart, ToIo } from "./link.js";
import { createFloodLog, logLine } from "./log.js";
import { watchMemory } from "./memory-watch.js";
import { createPublisher } from "./publisher.js";
import { createSendQueue, type SendQueue } from "./send-queue.js";
import { createShell } from "./shell.js";
import { closeSockets, openSockets } from "./sockets.js";
import { createUsage } from "./usage.js";

/** How long what waits to be sent may take when the kernel ends, in milliseconds. */
const DRAIN_MS = 400;

/** How often the parent process is looked for. */
const PARENT_MS = 2000;

const main = parentPort!;
const { connection, session, info, flag, heapLimit, language, answers, bell, parentProcess } =
  workerData as IoStart;
const log = createFloodLog(logLine);
const toMain = (message: FromIo, transfer: ArrayBuffer[] = []): void =>
  main.postMessage(message, transfer);

try {
  await serve();
} catch (error) {
  toMain({ kind: "failed", message: error instanceof Error ? error.message : String(error) });
  // Main hears nothing more from here: ports that stay open would keep the process.
  for (const port of [main, language, answers]) port.close();
}

async function serve(): Promise<void> {
  const signer = createSigner(connection.signature_scheme, connection.key);
  const sockets = await openSockets(connection);
  const shellQueue = createSendQueue(sockets.shell, report);
  const controlQueue = createSendQueue(sockets.control, report);
  const stdinQueue = createSendQueue(sockets.stdin, report);
  const iopubQueue = createSendQueue(sockets.iopub, report);
  const publisher = createPublisher(iopubQueue, signer, session);
  const arrivals = createArrivals();
  const ports = { status: "ok", ...portsOf(connection) };
  let closing = false;

  function send(
    queue: SendQueue,
    msgType: string,
    message: Pick<Outgoing, "idents" | "parentText" | "contentText">,
    metadataText = "{}",
  ): string {
    const header = createHeader(msgType, session);
    const { idents, parentText, contentText } = message;
    queue.send(
      encodeFrames(signer, { idents, header, parentText, metadataText, contentText, buffers: [] }),
    );
    return header.msg_id;
  }

  const replyOn =
    (queue: SendQueue) =>
    ({ idents, header }: Envelope, content: object): void => {
      const parentText = JSON.stringify(header);
      const contentText = JSON.stringify(content);
      send(queue, replyType(header.msg_type), { idents, parentText, contentText });
    };

  const input = createInput({
    log,
    send(question) {
      publisher.flush(); // what was printed before the question
      return send(stdinQueue, "input_request", question);
    },
    toMain(answer: InputAnswer) {
      answers.postMessage(answer);
      Atomics.add(bell, 0, 1);
      Atomics.notify(bell, 0);
    },
  });
  let running = NO_PARENT;
  const raise = createInterrupter(flag, () => {
    const text =
      "The cell does not react: it is inside a library that never returns to it. " +
      "Only restarting the kernel stops it; its variables are lost then.\n";
    publisher.stream("stderr", text, running);
    publisher.flush();
  });
  function interrupt(): Raised {
    const raised = raise();
    input.end("interrupt");
    debugging.release();
    return raised;
  }

  const debugging = createDebuggerLater({
    publish(content) {
      publisher.publish({
        msgType: "debug_event",
        contentText: JSON.stringify(content),
        parentText: running,
      });
    },
    report,
    switched: (on) => toMain({ kind: "debugging", on }),
  });
  const control = createControl({
    debugging,
    info,
    ports,
    publisher,
    log,
    toMain,
    interrupt,
    usage: createUsage(),
    reply: replyOn(controlQueue),
  });
  const shell = createShell({
    info,
    ports,
    language,
    publisher,
    log,
    toMain,
    reply: replyOn(shellQueue),
  });

  async function receive(
    socket: AsyncIterable<Buffer[]>,
    handle: (envelope: Envelope) => void,
  ): Promise<void> {
    for await (const frames of socket) {
      if (closing) continue;
      try {
        handle(openFrames(signer, frames));
      } catch (error) {
        report(error);
      }
    }
  }

  async function welcome(): Promise<void> {
    for await (const [frame] of sockets.iopub) {
      // 1 subscribes, 0 unsubscribes; anything else only a stranger sends.
      if (frame?.[0] === 1) publisher.welcome(frame.subarray(1).toString("utf8"));
    }
  }

  async function beat(): Promise<void> {
    for await (const frames of sockets.heartbeat) await sockets.heartbeat.send(frames);
  }

  async function close(): Promise<void> {
    closing = true; // what still comes in would fill the queues for ever
    debugging.close();
    control.finish();
    publisher.flush();
    const queues = [shellQueue, controlQueue, stdinQueue, iopubQueue];
    const late = new Promise((resolve) => setTimeout(resolve, DRAIN_MS).unref());
    await Promise.race([Promise.all(queues.map((queue) => queue.drained())), late]);
    closeSockets(sockets);
    // The thread ends by itself when the sockets are really gone. Before, its end, and with it that
    // of the process, would be a crash.
    for (const port of [main, language, answers]) port.close();
  }

  // A loop over a socket ends, or fails, when the socket is closed: only then is that no matter.
  function run(loop: Promise<void>): void {
    loop.catch((error: unknown) => {
      if (!closing) toMain({ kind: "failed", message: String(error) });
    });
  }

  function obey(message: ToIo): void {
    if (closing) return;
    if (typeof message === "string") {
      publisher.streamOn(message);
      return;
    }
    switch (message.kind) {
      case "publish":
        if (message.msgType === "execute_input") running = message.parentText;
        publisher.publish(message);
        break;
      case "stream":
        publisher.stream(message.name, message.text, message.parentText);
        break;
      case "reply":
        send(shellQueue, replyType(message.msgType), message, message.metadataText);
        break;
      case "ask":
        input.ask(message);
        break;
      case "unask":
        input.end("cell");
        break;
      case "barrier":
        arrivals.settled(() => toMain({ kind: "done", id: message.id }));
        break;
      case "announce":
        void debugging
          .announce(message.scripts)
          .finally(() => toMain({ kind: "done", id: message.id }));
        break;
      case "stopping":
        control.stopping();
        break;
      case "close":
        void close();
    }
  }

  main.on("message", (message: ToIo | ToIo[]) => {
    if (Array.isArray(message)) message.forEach(obey);
    else obey(message);
  });

  if (parentProcess !== null) {
    // Whoever started the kernel may be killed: nobody would then shut the kernel down.
    setInterval(() => {
      if (process.ppid !== parentProcess) control.stop();
    }, PARENT_MS).unref();
  }

  watchMemory(flag, heapLimit);
  publisher.status("starting", NO_PARENT);
  run(beat());
  run(welcome());
  run(receive(sockets.control, control.handle));
  run(receive(sockets.stdin, input.handle));
  run(
    receive(sockets.shell, (envelope) => {
      arrivals.note();
      shell(envelope);
    }),
  );
  toMain({ kind: "ready" });
}

function replyType(requestType: string): string {
  return requestType.replace(/_request$/, "_reply");
}

function report(error: unknown): void {
  const foreseen = error instanceof FramesRejected || error instanceof RequestInvalid;
  if (!(error instanceof Error)) log(String(error));
  else log(foreseen ? error.message : (error.stack ?? error.message));
}
