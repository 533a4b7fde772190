import { Worker } from "node:worker_threads";
import type { Store } from "@forkpoint/checkpoints";
import { EngineStopped } from "../errors/engine.js";
import { errorFrom } from "./error-message.js";
import type {
  EngineAnswers,
  EngineEvent,
  EngineRequest,
  EngineWorkerData,
  FromEngine,
} from "./messages.js";

/** The main thread's end of an engine worker. */
export interface EngineLink {
  /** Sends a request at once; requests are taken up at step boundaries in the order sent. */
  ask<Kind extends EngineRequest["kind"]>(
    request: Extract<EngineRequest, { kind: Kind }>,
  ): Promise<EngineAnswers[Kind]>;
  /** Ends the worker after what was asked of it: a run stops at a boundary and is saved. */
  close(): Promise<void>;
}

/** Starts an engine worker for a session. `onEvent` hears what it says by itself. */
export function startEngine(
  store: Store,
  sessionId: string,
  how: Pick<EngineWorkerData, "at" | "keyframes">,
  onEvent: (event: EngineEvent) => void,
): EngineLink {
  // TensorFlow reads the process's real environment, which a worker's copy does not reach.
  process.env["TF_CPP_MIN_LOG_LEVEL"] ??= "2";
  const storePort = store.connect();
  const data: EngineWorkerData = { storePath: store.path, storePort, sessionId, ...how };
  const worker = new Worker(new URL("./engine-worker.js", import.meta.url), {
    workerData: data,
    transferList: [storePort],
  });
  const waiting = new Map<
    number,
    { resolve: (answer: never) => void; reject: (error: Error) => void }
  >();
  let nextId = 1;
  let training = false;
  let ended: Error | null = null;

  // A worker with nothing to do must not keep a plain script alive.
  const balance = (): void => (training || waiting.size > 0 ? worker.ref() : worker.unref());
  const end = (error: Error): void => {
    ended ??= error;
    for (const { reject } of waiting.values()) reject(ended);
    waiting.clear();
  };

  worker.on("message", (message: FromEngine) => {
    if ("event" in message) {
      if (message.event === "run") training = message.run.status === "running";
      if (message.event === "failed") end(errorFrom(message.error));
      onEvent(message);
    } else {
      const request = waiting.get(message.id);
      waiting.delete(message.id);
      if (message.ok) request?.resolve(message.answer as never);
      else request?.reject(errorFrom(message.error));
    }
    balance();
  });
  worker.on("error", (error) => end(error as Error));
  worker.on("exit", (code) => end(new EngineStopped(`exit code ${code}`)));

  const link: EngineLink = {
    ask(request) {
      if (ended) return Promise.reject(ended);
      const id = nextId++;
      return new Promise((resolve, reject) => {
        waiting.set(id, { resolve: resolve as (answer: never) => void, reject });
        balance();
        worker.postMessage({ id, request });
        if (request.kind === "until") releaseAfter(id);
      });
    },
    async close() {
      if (!ended) await link.ask({ kind: "close" }).catch(() => {});
      await worker.terminate();
    },
  };

  // Training holds at the step that was waited for until the code behind the await has run to its
  // next await: what that code asks is in the inbox before this release.
  function releaseAfter(id: number): void {
    const pending = waiting.get(id)!;
    const release = (): void => {
      setImmediate(() => void link.ask({ kind: "release", hold: id }).catch(() => {}));
    };
    waiting.set(id, {
      resolve: (answer) => {
        pending.resolve(answer);
        release();
      },
      reject: pending.reject,
    });
  }
  return link;
}
