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
  ToEngine,
} from "./messages.js";

/** The main thread's end of an engine. */
export interface EngineLink {
  /** Sends a request at once; requests are taken up at step boundaries in the order sent. */
  ask<Kind extends EngineRequest["kind"]>(
    request: Extract<EngineRequest, { kind: Kind }>,
  ): Promise<EngineAnswers[Kind]>;
  /** Ends the worker after what was asked of it: a run stops at a boundary and is saved. */
  close(): Promise<void>;
}

/** The way to an engine, wherever it runs. */
export interface EngineChannel {
  send(message: ToEngine): void;
  /** Keeps the process alive, or no longer. */
  hold(alive: boolean): void;
  end(): Promise<void>;
}

/** How an engine begins. */
export type EngineStart = Pick<EngineWorkerData, "at" | "keyframes">;

/** Starts an engine worker for a session. `onEvent` hears what it says by itself. */
export function startEngine(
  store: Store,
  sessionId: string,
  how: EngineStart & Partial<Pick<EngineWorkerData, "graphs">>,
  onEvent: (event: EngineEvent) => void,
): EngineLink {
  // TensorFlow reads the process's real environment, which a worker's copy does not reach.
  process.env["TF_CPP_MIN_LOG_LEVEL"] ??= "2";
  const storePort = store.connect();
  const data: EngineWorkerData = {
    ...{ storePath: store.path, storePort, sessionId, graphs: null },
    ...how,
  };
  return linkOver((hear, ended) => {
    const worker = new Worker(new URL("./engine-worker.js", import.meta.url), {
      name: "forkpoint-engine",
      workerData: data,
      transferList: [storePort],
    });
    worker.on("message", hear);
    worker.on("error", (error) => ended(error as Error));
    worker.on("exit", (code) => ended(new EngineStopped(`exit code ${code}`)));
    return {
      send: (message) => worker.postMessage(message),
      hold: (alive) => (alive ? worker.ref() : worker.unref()),
      end: async () => void (await worker.terminate()),
    };
  }, onEvent);
}

/** A link over a channel that `open` makes; it is given who hears the engine, and of its end. */
export function linkOver(
  open: (hear: (message: FromEngine) => void, ended: (error: Error) => void) => EngineChannel,
  onEvent: (event: EngineEvent) => void,
): EngineLink {
  const waiting = new Map<
    number,
    { resolve: (answer: never) => void; reject: (error: Error) => void }
  >();
  let nextId = 1;
  let training = false;
  let ended: Error | null = null;

  // An engine with nothing to do must not keep a plain script alive.
  const balance = (): void => channel.hold(training || waiting.size > 0);
  const end = (error: Error): void => {
    ended ??= error;
    for (const { reject } of waiting.values()) reject(ended);
    waiting.clear();
  };

  const hear = (message: FromEngine): void => {
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
  };
  const channel = open(hear, end);

  const link: EngineLink = {
    ask(request) {
      if (ended) return Promise.reject(ended);
      const id = nextId++;
      return new Promise((resolve, reject) => {
        waiting.set(id, { resolve: resolve as (answer: never) => void, reject });
        balance();
        channel.send({ id, request });
        if (request.kind === "until") releaseAfter(id);
      });
    },
    async close() {
      if (!ended) await link.ask({ kind: "close" }).catch(() => {});
      await channel.end();
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
