import { parentPort, receiveMessageOnPort, workerData } from "node:worker_threads";
import type { MessagePort } from "node:worker_threads";
import { errorToWire } from "../errors/error-wire.js";
import { asWriteError } from "../errors/system-error.js";
import { closeContext, openContext } from "./open-context.js";
import type { CallMessage, ControlMessage, StatusMessage } from "./messages.js";
import { operationsOf } from "./operations.js";
import type { Operations } from "./operations.js";

// The store worker: every write of one process happens here. An operation is done before the next
// message is looked at, so calls through one port happen in order.

const main = parentPort!;
const { path } = workerData as { path: string };
const ports = new Set<MessagePort>();

function tell(status: StatusMessage): void {
  main.postMessage(status);
}

function answer(port: MessagePort, operations: Operations, call: CallMessage): void {
  const { id, method, input } = call;
  try {
    const operation = operations[method as keyof Operations] as (...input: unknown[]) => unknown;
    const value = operation(...input) as { buffer?: unknown } | undefined;
    // Fresh memory costs whoever fills it a page fault every 4 KiB: what was handed over goes back.
    const back = value?.buffer instanceof ArrayBuffer ? [value.buffer] : [];
    port.postMessage({ id, ok: true, value }, back);
  } catch (error) {
    port.postMessage({ id, ok: false, error: errorToWire(asWriteError(error, path)) });
  }
}

function serve(port: MessagePort, operations: Operations): void {
  ports.add(port);
  port.on("message", (call: CallMessage) => answer(port, operations, call));
  port.on("close", () => ports.delete(port));
}

function start(): void {
  const context = openContext(path);
  const operations = operationsOf(context);
  main.on("message", (message: ControlMessage) => {
    if (message.kind === "connect") return serve(message.port, operations);
    // What was asked before the end is still done, whichever port it came by.
    for (const port of ports) {
      for (let left = receiveMessageOnPort(port); left; left = receiveMessageOnPort(port)) {
        answer(port, operations, left.message as CallMessage);
      }
      port.close();
    }
    let error = null;
    try {
      closeContext(context);
    } catch (fault) {
      error = errorToWire(asWriteError(fault, path));
    }
    tell({ kind: "closed", error });
    main.close();
  });
  tell({ kind: "ready" });
}

try {
  start();
} catch (error) {
  tell({ kind: "failed", error: errorToWire(asWriteError(error, path)) });
}
