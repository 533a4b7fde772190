import { contextNow } from "../context.js";
import { Interrupted } from "../errors.js";
import { PENDING, type InterruptFlag } from "../sockets/interrupt-flag.js";

/** Main's half of an interrupt. */
export interface Interruption {
  readonly flag: InterruptFlag;
  /** What a loop calls that saw the flag raised. Always throws. */
  interrupted(): never;
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
  function interrupted(): never {
    throw new Interrupted();
  }
  return {
    flag,
    interrupted,
    resume(value) {
      if (flag[PENDING] !== 0 || contextNow()?.interrupted) interrupted();
      return value;
    },
    settle: () => Atomics.exchange(flag, PENDING, 0),
  };
}
