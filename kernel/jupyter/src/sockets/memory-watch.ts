import { CHECK_MEMORY, PENDING, type InterruptFlag } from "./interrupt-flag.js";

/** How often the process is looked at, in milliseconds: an endless loop fills a gigabyte in a second. */
const EVERY_MS = 50;

/** The share of the heap's limit above which the whole process makes main look at its heap. */
const LARGE = 0.5;

/**
 * Makes main look at its heap, at its next loop or await, while the process is large. Other threads
 * cannot read main's heap; most of a large process may well be tensors.
 *
 * @param heapLimit of main's heap, in bytes
 * @example watchMemory(flag, heapLimit);
 */
export function watchMemory(flag: InterruptFlag, heapLimit: number): void {
  setInterval(() => {
    if (process.memoryUsage.rss() < LARGE * heapLimit) return;
    Atomics.compareExchange(flag, PENDING, 0, CHECK_MEMORY);
  }, EVERY_MS).unref();
}
