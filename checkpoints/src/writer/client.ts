import type { MessagePort, Transferable } from "node:worker_threads";
import { errorFromWire } from "../errors/error-wire.js";
import { StoreClosed, StoreWorkerLost } from "../errors/folder-errors.js";
import type { AnswerMessage, CallMessage } from "./messages.js";
import type { StoreWriter } from "./writer.js";

/** A writer at the end of a port. */
export interface WriterClient {
  writer: StoreWriter;
  /** Waits for all calls made so far, then closes the port. */
  close(): Promise<void>;
}

interface Pending {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/**
 * The writer behind a port of the store worker. While calls are under way they keep the process
 * alive; an idle port does not. When the worker is lost every call under way rejects.
 *
 * @param why says why the worker is gone, where that is known
 * @example const { writer } = writerOver(port, store.path);
 */
export function writerOver(
  port: MessagePort,
  path: string,
  why: () => string | null = () => null,
): WriterClient {
  const pending = new Map<number, Pending>();
  let lastId = 0;
  let state: "open" | "closing" | "closed" = "open";

  const lost = (): Error => new StoreWorkerLost({ path, reason: why() ?? "the thread is gone" });

  let portClosed = false;
  port.on("message", (answer: AnswerMessage) => {
    const call = pending.get(answer.id);
    pending.delete(answer.id);
    if (pending.size === 0) port.unref();
    if (answer.ok) call?.resolve(answer.value);
    else call?.reject(errorFromWire(answer.error));
  });
  port.on("close", () => {
    portClosed = true;
    for (const call of pending.values()) call.reject(lost());
    pending.clear();
  });
  port.unref();

  const call = async <T>(
    method: keyof StoreWriter,
    input: unknown[],
    transfer: Transferable[] = [],
  ): Promise<T> => {
    if (state !== "open") throw new StoreClosed({ path });
    if (portClosed) throw lost();
    const id = ++lastId;
    const message: CallMessage = { id, method, input };
    port.postMessage(message, transfer);
    port.ref();
    return new Promise<T>((resolve, reject) => {
      pending.set(id, { resolve: resolve as (value: unknown) => void, reject });
    });
  };

  const writer: StoreWriter = {
    createSession: (input) => call("createSession", [input]),
    renameSession: (id, name) => call("renameSession", [id, name]),
    moveName: (input) => call("moveName", [input]),
    startRun: (input) => call("startRun", [input]),
    setRunStatus: (runId, status) => call("setRunStatus", [runId, status]),
    finishRun: (input) => call("finishRun", [input]),
    saveBlob: (bytes) => call("saveBlob", [bytes]),
    saveCheckpoint: (input) =>
      call("saveCheckpoint", [input], input.buffer instanceof ArrayBuffer ? [input.buffer] : []),
    appendMetrics: (input) => call("appendMetrics", [input]),
    appendSnapshots: (input) => call("appendSnapshots", [input]),
    fillSnapshots: (input) => call("fillSnapshots", [input]),
    appendSamples: (input) => call("appendSamples", [input]),
    appendEvent: (input) => call("appendEvent", [input]),
    logValues: (input) => call("logValues", [input]),
    renameModel: (id, name) => call("renameModel", [id, name]),
    deleteModel: (id) => call("deleteModel", [id]),
    restoreModel: (trashId) => call("restoreModel", [trashId]),
    throwAway: (items) => call("throwAway", [items]),
    bringBack: (ids) => call("bringBack", [ids]),
    purge: (ids) => call("purge", [ids]),
    setRetention: (retention) => call("setRetention", [retention]),
    collect: (options) => call("collect", [options]),
    thinKeyframes: (sessionId, budget) => call("thinKeyframes", [sessionId, budget]),
    adopt: (input) => call("adopt", [input]),
    flush: () => call("flush", []),
  };

  return {
    writer,
    async close() {
      if (state !== "open") return;
      const last = portClosed ? Promise.resolve() : writer.flush();
      state = "closing";
      try {
        await last;
      } catch (error) {
        // Whoever waits for a call has been told; closing what is gone is no failure.
        if (!(error instanceof StoreWorkerLost)) throw error;
      } finally {
        state = "closed";
        port.close();
      }
    },
  };
}
