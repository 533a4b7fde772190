import { readlinkSync } from "node:fs";
import { setPriority } from "node:os";
import { basename } from "node:path";
import { parentPort, workerData } from "node:worker_threads";
import { openForReading } from "../catalog/connection.js";
import type { Catalog } from "../catalog/connection.js";
import { errorToWire } from "../errors/error-wire.js";
import { asWriteError } from "../errors/system-error.js";
import { hashAhead } from "../hashing/hash-ahead.js";
import { tensorsIn } from "./pack.js";
import type { PackAnswer, PackRequest } from "./pack-thread.js";
import { writePack } from "./write-pack.js";

// A step of training keeps two cores busy, and each of its halves waits for the other: whatever takes
// one core for a millisecond makes the step as much longer. What waits for gaps costs it half of that.
// Lower still and a keyframe would take seconds on a machine without gaps.
const NICENESS = 15;
const port = parentPort!;
const { store } = workerData as { store: string };
let db: Catalog | null = null;

function stepBack(): void {
  // Only Linux has priorities for threads, and a way for one to know itself.
  if (process.platform !== "linux") return;
  try {
    setPriority(Number(basename(readlinkSync("/proc/thread-self"))), NICENESS);
  } catch (error) {
    // Without /proc, or where it is forbidden, keyframes cost what they cost.
    const { code } = error as NodeJS.ErrnoException;
    if (code !== "ENOENT" && code !== "ERR_SYSTEM_ERROR") throw error;
  }
}

async function answer({ pack, buffer, tensors }: PackRequest): Promise<PackAnswer> {
  const before = process.threadCpuUsage();
  try {
    db ??= openForReading(store);
    const given = tensorsIn(buffer, tensors);
    const contents = given.map(({ bytes }) => bytes);
    const written = await writePack(db, pack, given, hashAhead(contents, 1));
    const { user, system } = process.threadCpuUsage(before);
    return { written, buffer, processorMs: (user + system) / 1000 };
  } catch (error) {
    return { error: errorToWire(asWriteError(error, store)) };
  }
}

stepBack();
port.on("message", (request: PackRequest) => {
  void answer(request).then((given) => {
    const back = "buffer" in given && given.buffer instanceof ArrayBuffer ? [given.buffer] : [];
    port.postMessage(given, back);
  });
});
