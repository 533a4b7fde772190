import { Worker } from "node:worker_threads";
import { errorFromWire } from "../errors/error-wire.js";
import type { WireError } from "../errors/error-wire.js";
import type { TensorSlice } from "./pack.js";
import type { PackToWrite, WrittenPack } from "./write-pack.js";

/** What the thread is asked. */
export interface PackRequest {
  pack: PackToWrite;
  buffer: ArrayBufferLike;
  tensors: readonly TensorSlice[];
}

/** A pack that was written beside, and what it took. */
export interface PackWrittenBeside {
  written: WrittenPack;
  /** What was handed over. */
  buffer: ArrayBufferLike;
  /** That the thread kept a processor busy. */
  processorMs: number;
}

/** What the thread answers. */
export type PackAnswer = PackWrittenBeside | { error: WireError };

/** The thread that writes packs nobody waits for, without taking the processor from others. */
export interface PackThread {
  /**
   * As writePack. An ArrayBuffer is handed over; one pack at a time.
   *
   * @throws as writePack; Error when the thread is lost
   */
  write(request: PackRequest): Promise<PackWrittenBeside>;
  /** Resolves when it is gone. */
  end(): Promise<void>;
}

/**
 * A thread that stands back behind others (see pack-worker.ts), started when it is first asked.
 *
 * @param store the `.forkpoint` folder
 * @example const { written, buffer } = await packThread(store).write({ pack, buffer, tensors });
 */
export function packThread(store: string): PackThread {
  let worker: Worker | null = null;
  let settle: { resolve(answer: PackAnswer): void; reject(error: Error): void } | null = null;
  const start = (): Worker => {
    const started = new Worker(new URL("./pack-worker.js", import.meta.url), {
      name: "forkpoint-packs",
      workerData: { store },
      execArgv: [],
    });
    let fault: Error | null = null;
    started.on("message", (answer: PackAnswer) => settle?.resolve(answer));
    started.on("error", (error) => (fault = error));
    started.on("exit", () => {
      if (worker === started) worker = null;
      settle?.reject(fault ?? new Error("the thread that writes keyframes ended unexpectedly"));
    });
    return started;
  };
  return {
    async write(request) {
      worker ??= start();
      const { buffer } = request;
      try {
        const answer = await new Promise<PackAnswer>((resolve, reject) => {
          settle = { resolve, reject };
          worker!.postMessage(request, buffer instanceof ArrayBuffer ? [buffer] : []);
        });
        if ("error" in answer) throw errorFromWire(answer.error);
        return answer;
      } finally {
        settle = null;
      }
    },
    async end() {
      await worker?.terminate();
    },
  };
}
