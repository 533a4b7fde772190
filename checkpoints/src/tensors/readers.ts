import { Worker } from "node:worker_threads";
import { errorFromWire } from "../errors/error-wire.js";
import type { WireError } from "../errors/error-wire.js";
import { checkedFiles, THREADS } from "./checked-read.js";
import type { CheckedFiles, CheckedStretch, Fault } from "./checked-read.js";

/**
 * Where stretches go: to shared memory, each as long as its stretch; each to new memory of its own; or
 * nowhere, to be only checked.
 */
export type ReadInto = readonly Uint8Array<SharedArrayBuffer>[] | "new memory" | null;

/** What became of a stretch. Its bytes where it was read to new memory. */
export interface ReadStretch {
  fault: Fault;
  bytes: Uint8Array | null;
}

/** What a reading thread is asked: the stretches, of which each takes the next that none has taken. */
export interface ReadRequest {
  stretches: readonly CheckedStretch[];
  into: ReadInto;
  /** One number, shared by all who read. */
  next: Int32Array<SharedArrayBuffer>;
}

/** How it ended: what became of those that it took, by their places. */
export type ReadMessage = { kind: "done"; read: Taken[] } | { kind: "failed"; error: WireError };

/** A stretch that a thread took, and its place. */
export type Taken = [at: number, stretch: ReadStretch];

// Below this the threads cost more than they save, and the caller hardly notices.
const SMALL = 4 << 20;
/** Files that may be open together for one call. */
const MOST_FILES = 64;

/**
 * Reads stretches of files and checks each against its digest, on two threads besides the caller's
 * when they are large. Holds no more than what they go to, or a few stretches at a time.
 *
 * @throws the system's error
 * @example const read = await readAllChecked(stretches, "new memory");
 */
export async function readAllChecked(
  stretches: readonly CheckedStretch[],
  into: ReadInto = null,
): Promise<ReadStretch[]> {
  const total = stretches.reduce((sum, stretch) => sum + stretch.length, 0);
  const files = checkedFiles();
  try {
    if (total < SMALL || stretches.length < 2) return readSome(files, stretches, into);
    const count = new Set(stretches.map(({ file }) => file)).size;
    if (into && files.fillBeside && count <= MOST_FILES) {
      const memory = memoryFor(stretches, into)!;
      return answered(await files.fillBeside(stretches, memory), into, memory);
    }
  } finally {
    files.close();
  }
  return readInThreads(stretches, into);
}

async function readInThreads(
  stretches: readonly CheckedStretch[],
  into: ReadInto,
): Promise<ReadStretch[]> {
  const next = new Int32Array(new SharedArrayBuffer(4));
  const request: ReadRequest = { stretches, into, next };
  const readers = Array.from({ length: THREADS }, () => idle.pop() ?? startReader());
  const all: ReadStretch[] = [];
  const read = async (reader: Reader): Promise<void> => {
    try {
      for (const [at, stretch] of await reader.read(request)) all[at] = stretch;
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
  return all;
}

/** Reads stretches in this thread, as {@link readAllChecked} does on others. */
export function readSome(
  files: CheckedFiles,
  stretches: readonly CheckedStretch[],
  into: ReadInto,
): ReadStretch[] {
  const memory = memoryFor(stretches, into);
  return answered(files.fill(stretches, memory), into, memory);
}

function memoryFor(
  stretches: readonly CheckedStretch[],
  into: ReadInto,
): readonly Uint8Array[] | null {
  if (into !== "new memory") return into;
  // Not filled with zeros first: what could not be read is not given out.
  return stretches.map(({ length }) => new Uint8Array(Buffer.allocUnsafeSlow(length).buffer));
}

function answered(
  faults: readonly Fault[],
  into: ReadInto,
  memory: readonly Uint8Array[] | null,
): ReadStretch[] {
  return faults.map((fault, at) => ({ fault, bytes: into === "new memory" ? memory![at]! : null }));
}

interface Reader {
  /** Resolves when nothing is left to be taken, by whomever. */
  read(request: ReadRequest): Promise<Taken[]>;
  lost(): boolean;
  end(): void;
}

interface Asked {
  resolve(read: Taken[]): void;
  reject(error: Error): void;
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
  let asked: Asked | null = null;
  const settle = (end: (asked: Asked) => void): void => {
    worker.unref();
    if (asked) end(asked);
    asked = null;
  };
  worker.on("message", (message: ReadMessage) =>
    settle(({ resolve, reject }) => {
      if (message.kind === "done") resolve(message.read);
      else reject(errorFromWire(message.error));
    }),
  );
  worker.on("error", (error) => (lost = error));
  worker.on("exit", () => {
    const error = (lost ??= new Error("the thread that reads tensors ended unexpectedly"));
    const index = idle.indexOf(reader);
    if (index >= 0) idle.splice(index, 1);
    settle(({ reject }) => reject(error));
  });
  const reader: Reader = {
    read: (request) =>
      new Promise((resolve, reject) => {
        if (lost) return reject(lost);
        asked = { resolve, reject };
        worker.ref();
        worker.postMessage(request);
      }),
    lost: () => lost !== null,
    end: () => void worker.terminate(),
  };
  return reader;
}
