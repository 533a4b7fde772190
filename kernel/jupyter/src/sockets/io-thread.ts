import { Worker } from "node:worker_threads";
import type { CellScript } from "../debugger/cell-scripts.js";
import type { FromIo, IoStart, ToIo } from "./link.js";

/** Main's handle on the I/O thread. */
export interface IoThread {
  post(message: ToIo | ToIo[], transfer?: ArrayBuffer[]): void;
  /** Resolves when every request that arrived by now has been handed to main. */
  barrier(): Promise<void>;
  /** Resolves when the debugger knows these cells, and has set their breakpoints. */
  announce(scripts: CellScript[]): Promise<void>;
  /** Sends what waits, closes the sockets; afterwards the process may end. */
  close(): Promise<void>;
}

/**
 * Starts the I/O thread and resolves when its sockets answer.
 *
 * @param onMessage told of everything that main must do
 * @throws when the sockets cannot be bound
 * @example const io = await startIoThread(start, handle);
 */
export async function startIoThread(
  start: IoStart,
  onMessage: (message: FromIo) => void,
): Promise<IoThread> {
  const worker = new Worker(new URL("./worker.js", import.meta.url), {
    workerData: start,
    transferList: [start.language, start.answers],
    name: "jupyter sockets",
  });
  const asked = new Map<number, () => void>();
  let last = 0;
  const closed = Promise.withResolvers<void>();
  const ready = Promise.withResolvers<void>();
  worker.on("message", (message: FromIo) => {
    if (message.kind === "ready") ready.resolve();
    else if (message.kind === "done") {
      asked.get(message.id)?.();
      asked.delete(message.id);
    } else {
      if (message.kind === "failed") ready.reject(new Error(message.message));
      onMessage(message);
    }
  });
  worker.on("error", (error: Error) => {
    ready.reject(error);
    onMessage({ kind: "failed", message: error.message });
  });
  worker.on("exit", () => closed.resolve());
  await ready.promise;

  function ask(question: (id: number) => ToIo): Promise<void> {
    last += 1;
    const id = last;
    worker.postMessage(question(id));
    return new Promise((resolve) => asked.set(id, resolve));
  }

  return {
    post: (message, transfer) => worker.postMessage(message, transfer ?? []),
    barrier: () => ask((id) => ({ kind: "barrier", id })),
    announce: (scripts) => ask((id) => ({ kind: "announce", id, scripts })),
    async close() {
      worker.postMessage({ kind: "close" } satisfies ToIo);
      await closed.promise;
    },
  };
}
