import { Worker } from "node:worker_threads";
import { errorFromWire } from "../errors/error-wire.js";
import type { WireError } from "../errors/error-wire.js";
import { readChecked } from "./checked-read.js";
import type { CheckedBytes, CheckedStretch } from "./checked-read.js";

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
    stretches.forEach((stretch, index) => take(index, readChecked(stretch)));
    return;
  }
  let next = 0;
  const serve = async (reader: Reader): Promise<void> => {
    while (next < stretches.length) {
      const index = next++;
      take(index, await reader.read(stretches[index]!));
    }
  };
  const taken = Array.from({ length: THREADS }, () => idle.pop() ?? startReader());
  let failed = true;
  try {
    await Promise.all(taken.map(serve));
    failed = false;
  } finally {
    // One that may still be reading for a failed restore would answer the next one.
    if (failed) for (const reader of taken) reader.end();
    else idle.push(...taken);
    for (const reader of idle.splice(THREADS)) reader.end();
  }
}

interface Reader {
  read(stretch: CheckedStretch): Promise<CheckedBytes>;
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
  worker.on("error", (error) => (lost = error));
  worker.on("exit", () => {
    lost ??= new Error("the thread that reads tensors ended unexpectedly");
    const index = idle.indexOf(reader);
    if (index >= 0) idle.splice(index, 1);
  });
  const reader: Reader = {
    read: (stretch) =>
      new Promise((resolve, reject) => {
        if (lost) return reject(lost);
        const onExit = (): void => reject(lost!);
        worker.ref();
        worker.once("exit", onExit);
        worker.once("message", (answer: CheckedBytes | { error: WireError }) => {
          worker.off("exit", onExit);
          worker.unref();
          if ("error" in answer) reject(errorFromWire(answer.error));
          else resolve(answer);
        });
        worker.postMessage(stretch);
      }),
    end: () => void worker.terminate(),
  };
  return reader;
}
