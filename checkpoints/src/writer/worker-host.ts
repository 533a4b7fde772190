import { MessageChannel, Worker } from "node:worker_threads";
import type { MessagePort } from "node:worker_threads";
import { StoreWorkerLost } from "../errors/folder-errors.js";
import { errorFromWire } from "../errors/error-wire.js";
import type { ControlMessage, StatusMessage } from "./messages.js";

/** A running store worker. */
export interface WorkerHost {
  /** A new way to the writer, to be transferred anywhere. Throws StoreWorkerLost. */
  connect(): MessagePort;
  /** Why the worker is gone, or null while it runs. */
  lost(): string | null;
  /** Ends the worker after all that was asked before; gives up this user of it. */
  release(): Promise<void>;
}

interface Shared extends WorkerHost {
  users: number;
}

// One worker for each store and thread that opened it, however often it is opened.
const running = new Map<string, Promise<Shared>>();

/**
 * The store worker of a store; started if this thread has none. An idle one keeps no process alive.
 *
 * @throws the errors of openContext; StoreWorkerLost
 * @example const host = await workerOf("/n/.forkpoint");
 */
export async function workerOf(path: string): Promise<WorkerHost> {
  const known = running.get(path);
  if (known) {
    const host = await known;
    if (host.lost() === null && running.get(path) === known) {
      host.users += 1;
      return host;
    }
    return workerOf(path);
  }
  const starting = startWorker(path, () => {
    if (running.get(path) === starting) running.delete(path);
  });
  running.set(path, starting);
  return starting;
}

async function startWorker(path: string, forget: () => void): Promise<Shared> {
  const worker = new Worker(new URL("./worker.js", import.meta.url), {
    name: "forkpoint-store",
    workerData: { path },
    // Flags of the host (loaders, an inspector, a script by -e) are not meant for this thread.
    execArgv: [],
  });
  let lost: string | null = null;
  let closing: Promise<void> | undefined;
  const lose = (reason: string): void => {
    lost ??= reason;
    forget();
  };
  worker.on("error", (error) => lose(error.message));
  const ended = new Promise<void>((resolve) => {
    worker.once("exit", (code) => {
      lose(`it ended with code ${code}`);
      resolve();
    });
  });
  try {
    await statusOf(worker, path, () => lost);
  } catch (error) {
    lose("it did not start");
    await worker.terminate();
    throw error;
  }
  worker.unref();
  const send = (message: ControlMessage, port?: MessagePort): void =>
    worker.postMessage(message, port ? [port] : []);

  const close = async (): Promise<void> => {
    forget();
    if (lost !== null) return;
    worker.ref();
    send({ kind: "close" });
    const error = await statusOf(worker, path, () => lost);
    await ended;
    if (error) throw error;
  };

  const host: Shared = {
    users: 1,
    connect() {
      if (lost !== null) throw new StoreWorkerLost({ path, reason: lost });
      const { port1, port2 } = new MessageChannel();
      send({ kind: "connect", port: port2 }, port2);
      return port1;
    },
    lost: () => lost,
    release() {
      host.users -= 1;
      if (host.users > 0) return Promise.resolve();
      return (closing ??= close());
    },
  };
  return host;
}

// Waits for the worker's next word about itself: the error it closed with, if any.
function statusOf(
  worker: Worker,
  path: string,
  reason: () => string | null,
): Promise<Error | null> {
  return new Promise((resolve, reject) => {
    const onExit = (): void => {
      reject(new StoreWorkerLost({ path, reason: reason() ?? "it ended" }));
    };
    worker.once("exit", onExit);
    worker.once("message", (status: StatusMessage) => {
      worker.off("exit", onExit);
      if (status.kind === "failed") reject(errorFromWire(status.error));
      else resolve(status.kind === "closed" && status.error ? errorFromWire(status.error) : null);
    });
  });
}
