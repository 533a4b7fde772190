import { getHeapStatistics } from "node:v8";
import { contextNow, isStopped } from "../context.js";
import { Interrupted, MemoryExhausted } from "../errors.js";
import { CHECK_MEMORY, PENDING, type InterruptFlag } from "../sockets/interrupt-flag.js";

/** What must stay free of the heap: V8 ends the process when it is full. */
const FREE_SHARE = 0.15;

/** At least as much, in bytes: the limit counts the young generation three times. */
const FREE_BYTES = 256 * 2 ** 20;

/** Main's half of an interrupt. */
export interface Interruption {
  readonly flag: InterruptFlag;
  /** What a loop calls that saw the flag raised. Throws, unless only the memory was to be looked at. */
  interrupted(): void;
  /** What every await of a cell passes its value through. Throws if the cell was interrupted. */
  resume<T>(value: T): T;
  /**
   * Lowers the flag: whatever the pending interrupt was for has been stopped.
   *
   * @returns the number of that interrupt, 0 if none was pending
   */
  settle(): number;
}

/**
 * Makes main's half of the interrupts that the I/O thread raises in the flag.
 *
 * @example const interruption = createInterruption(flag);
 */
export function createInterruption(flag: InterruptFlag): Interruption {
  function interrupted(): void {
    if (flag[PENDING] !== CHECK_MEMORY) throw new Interrupted();
    flag[PENDING] = 0;
    const { used_heap_size: used, heap_size_limit: limit } = getHeapStatistics();
    if (used > limit - Math.max(FREE_SHARE * limit, FREE_BYTES))
      throw new MemoryExhausted(used, limit);
  }
  return {
    flag,
    interrupted,
    resume(value) {
      if (flag[PENDING] !== 0) interrupted();
      if (isStopped(contextNow())) throw new Interrupted();
      return value;
    },
    settle: () => Math.max(0, Atomics.exchange(flag, PENDING, 0)),
  };
}
