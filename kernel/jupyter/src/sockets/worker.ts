// The I/O thread: it owns the five sockets and stays free whatever main does.
import { parentPort, workerData } from "node:worker_threads";
import { decodeFrames, encodeFrames, FramesRejected } from "../wire/frames.js";
import { createHeader, type Header } from "../wire/header.js";
import type { Message } from "../wire/message.js";
import { createSigner } from "../wire/signature.js";
import { createControl } from "./control.js";
import { createInterrupter } from "./interrupts.js";
import type { FromIo, IoStart, ToIo } from "./link.js";
import { logLine } from "./log.js";
import { watchMemory } from "./memory-watch.js";
import { createPublisher } from "./publisher.js";
import { createSendQueue, type SendQueue } from "./send-queue.js";
import { createShell } from "./shell.js";
import { closeSockets, openSockets } from "./sockets.js";

/** How long after a failure requests that were sent with the failed one may still arrive. */
const BARRIER_MS = 30;

/** How often the parent process is looked for. */
const PARENT_MS = 2000;

const main = parentPort!;
const { connection, session, info, flag, heapLimit, language, parentProcess } =
  workerData as IoStart;
const toMain = (message: FromIo): void => main.postMessage(message);

try {
  await serve();
} catch (error) {
  toMain({ kind: "failed", message: error instanceof Error ? error.message : String(error) });
}

async function serve(): Promise<void> {
  const signer = createSigner(connection.signature_scheme, connection.key);
  const sockets = await openSockets(connection);
  const shellQueue = createSendQueue(sockets.shell, report);
  const controlQueue = createSendQueue(sockets.control, report);
  const iopubQueue = createSendQueue(sockets.iopub, report);
  const publisher = createPublisher(iopubQueue, signer, session);
  let closing = false;

  function reply(
    queue: SendQueue,
    request: { idents: Uint8Array[]; header: Header },
    contentText: string,
    metadataText = "{}",
  ): void {
    const msgType = request.header.msg_type.replace(/_request$/, "_reply");
    queue.send(
      encodeFrames(signer, {
        idents: request.idents,
        header: createHeader(msgType, session),
        parent: request.header,
        metadataText,
        contentText,
        buffers: [],
      }),
    );
  }

  const control = createControl({
    info,
    connection,
    publisher,
    toMain,
    interrupt: createInterrupter(flag, sayStuck),
    reply: (request, content) => reply(controlQueue, request, JSON.stringify(content)),
  });
  const shell = createShell({
    info,
    language,
    publisher,
    toMain,
    reply: (request, content) => reply(shellQueue, request, JSON.stringify(content)),
  });

  let running: Header | null = null;

  function sayStuck(): void {
    const text =
      "The cell does not react: it is inside a library that never returns to it. " +
      "Only restarting the kernel stops it; its variables are lost then.\n";
    publisher.stream("stderr", text, running);
    publisher.flush();
  }

  async function receive(
    socket: AsyncIterable<Buffer[]>,
    handle: (message: Message) => void,
  ): Promise<void> {
    for await (const frames of socket) {
      try {
        handle(decodeFrames(signer, frames));
      } catch (error) {
        report(error);
      }
    }
  }

  async function welcome(): Promise<void> {
    for await (const [frame] of sockets.iopub) {
      if (frame?.[0] !== 1) continue; // 1 subscribes, 0 unsubscribes
      const subscription = frame.subarray(1).toString("utf8");
      const contentText = JSON.stringify({ subscription });
      publisher.publish({ msgType: "iopub_welcome", contentText, parent: null });
    }
  }

  async function beat(): Promise<void> {
    for await (const frames of sockets.heartbeat) await sockets.heartbeat.send(frames);
  }

  async function close(): Promise<void> {
    control.finish();
    publisher.flush();
    await Promise.all([shellQueue.drained(), controlQueue.drained(), iopubQueue.drained()]);
    closing = true;
    closeSockets(sockets);
    language.close();
    toMain({ kind: "closed" });
  }

  // A loop over a socket ends, or fails, when the socket is closed: only then is that no matter.
  function run(loop: Promise<void>): void {
    loop.catch((error: unknown) => {
      if (!closing) toMain({ kind: "failed", message: String(error) });
    });
  }

  main.on("message", (message: ToIo) => {
    if (closing) return;
    switch (message.kind) {
      case "publish":
        if (message.msgType === "execute_input") running = message.parent;
        publisher.publish(message);
        break;
      case "stream":
        publisher.stream(message.name, message.text, message.parent);
        break;
      case "reply":
        reply(
          shellQueue,
          { idents: message.idents, header: message.parent },
          message.contentText,
          message.metadataText,
        );
        break;
      case "barrier":
        setTimeout(() => toMain({ kind: "barrier", id: message.id }), BARRIER_MS);
        break;
      case "stopping":
        control.stopping();
        break;
      case "close":
        void close();
    }
  });

  if (parentProcess !== null) {
    // Whoever started the kernel may be killed: nobody would then shut the kernel down.
    setInterval(() => {
      if (process.ppid !== parentProcess) control.stop();
    }, PARENT_MS);
  }

  watchMemory(flag, heapLimit);
  publisher.status("starting", null);
  run(beat());
  run(welcome());
  run(receive(sockets.control, control.handle));
  run(receive(sockets.stdin, () => {}));
  run(receive(sockets.shell, shell));
  toMain({ kind: "ready" });
}

function report(error: unknown): void {
  logLine(error instanceof FramesRejected ? error.message : String(error));
}
