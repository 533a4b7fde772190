import { Worker } from "node:worker_threads";
import type { FromIo, IoStart, ToIo } from "./link.js";

/** Main's handle on the I/O thread. */
export interface IoThread {
  post(message: ToIo | ToIo[], transfer?: ArrayBuffer[]): void;
  /** Resolves when every request that arrived by now has been handed to main. */
  barrier(): Promise<void>;
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
  const barriers = new Map<number, () => void>();
  let lastBarrier = 0;
  const closed = Promise.withResolvers<void>();
  const ready = Promise.withResolvers<void>();
  worker.on("message", (message: FromIo) => {
    if (message.kind === "ready") ready.resolve();
    else if (message.kind === "barrier") {
      barriers.get(message.id)?.();
      barriers.delete(message.id);
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
  return {
    post: (message, transfer) => worker.postMessage(message, transfer ?? []),
    barrier() {
      lastBarrier += 1;
      const id = lastBarrier;
      worker.postMessage({ kind: "barrier", id } satisfies ToIo);
      return new Promise((resolve) => barriers.set(id, resolve));
    },
    async close() {
      worker.postMessage({ kind: "close" } satisfies ToIo);
      await closed.promise;
    },
  };
}
