import { Worker } from "node:worker_threads";
import { errorFromWire } from "../errors/error-wire.js";
import type { WireError } from "../errors/error-wire.js";
import { checkedFiles } from "./checked-read.js";
import type { CheckedBytes, CheckedStretch } from "./checked-read.js";

/** What a reading thread is asked: the stretches, of which each takes the next that none has taken. */
export interface ReadRequest {
  stretches: readonly CheckedStretch[];
  /** One number, shared by all who read. */
  next: Int32Array<SharedArrayBuffer>;
}

/** What it answers: what it has read, as it goes; then how it ended. */
export type ReadMessage =
  | { kind: "read"; batch: [index: number, answer: CheckedBytes][] }
  | { kind: "done" }
  | { kind: "failed"; error: WireError };

// Below this the threads cost more than they save, and the caller hardly notices.
const SMALL = 4 << 20;
const THREADS = 2;

/**
 * Reads stretches of files and checks each against its digest, on two threads besides the caller's
 * when they are large. `take` gets each as it comes, in any order, in a buffer of its own; nothing
 * is copied, and no more is held than what was read.
 *
 * @throws the system's error; `take`'s
 * @example await readAllChecked(stretches, (index, answer) => tensors.set(names[index], answer));
 */
export async function readAllChecked(
  stretches: readonly CheckedStretch[],
  take: (index: number, answer: CheckedBytes) => void,
): Promise<void> {
  const total = stretches.reduce((sum, stretch) => sum + stretch.length, 0);
  if (total < SMALL || stretches.length < 2) {
    const files = checkedFiles();
    try {
      files.read(stretches).forEach((answer, index) => take(index, answer));
    } finally {
      files.close();
    }
    return;
  }
  const next = new Int32Array(new SharedArrayBuffer(4));
  const request: ReadRequest = { stretches, next };
  const readers = Array.from({ length: THREADS }, () => idle.pop() ?? startReader());
  const read = async (reader: Reader): Promise<void> => {
    try {
      await reader.read(request, take);
    } catch (error) {
      // The others need read no more.
      Atomics.store(next, 0, stretches.length);
      throw error;
    }
  };
  const ends = await Promise.allSettled(readers.map(read));
  idle.push(...readers.filter((reader) => !reader.lost()));
  for (const reader of idle.splice(THREADS)) reader.end();
  const failed = ends.find((end) => end.status === "rejected");
  if (failed) throw failed.reason;
}

interface Reader {
  /** Resolves when nothing is left to be taken, by whomever. */
  read(request: ReadRequest, take: (index: number, answer: CheckedBytes) => void): Promise<void>;
  lost(): boolean;
  end(): void;
}

// Kept for the next restore; they keep no process alive.
const idle: Reader[] = [];

function startReader(): Reader {
  const worker = new Worker(new URL("./read-worker.js", import.meta.url), {
    name: "forkpoint-reader",
    execArgv: [],
  });
  worker.unref();
  let lost: Error | null = null;
  let end: ((error: unknown) => void) | null = null;
  let onMessage: (message: ReadMessage) => void = () => {};
  worker.on("message", (message: ReadMessage) => onMessage(message));
  worker.on("error", (error) => (lost = error));
  worker.on("exit", () => {
    lost ??= new Error("the thread that reads tensors ended unexpectedly");
    const index = idle.indexOf(reader);
    if (index >= 0) idle.splice(index, 1);
    end?.(lost);
  });
  const reader: Reader = {
    read: (request, take) =>
      new Promise((resolve, reject) => {
        if (lost) return reject(lost);
        let failure: { error: unknown } | null = null;
        end = (error) => {
          end = null;
          worker.unref();
          failure ??= error === null ? null : { error };
          if (failure) reject(failure.error);
          else resolve();
        };
        onMessage = (message) => {
          if (message.kind === "done") return end?.(null);
          if (message.kind === "failed") return end?.(errorFromWire(message.error));
          try {
            if (!failure) for (const [index, answer] of message.batch) take(index, answer);
          } catch (error) {
            failure = { error };
            Atomics.store(request.next, 0, request.stretches.length);
          }
        };
        worker.ref();
        worker.postMessage(request);
      }),
    lost: () => lost !== null,
    end: () => void worker.terminate(),
  };
  return reader;
}
