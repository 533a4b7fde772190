/**
 * Memory that the I/O thread and running cells share, so that a loop which never returns to the
 * event loop still learns that it was interrupted.
 */
export type InterruptFlag = Int32Array<SharedArrayBuffer>;

/** Cell of the flag: number of the interrupt that is pending, 0 for none. Loops read it. */
export const PENDING = 0;

/** Instead of a number: no interrupt, but main is to look at its memory. */
export const CHECK_MEMORY = -1;

/** Cell of the flag: number of the interrupt for which the I/O thread sent SIGINT. */
export const SIGNALLED = 1;

/**
 * Makes the flag of a kernel.
 *
 * @example const flag = createInterruptFlag();
 */
export function createInterruptFlag(): InterruptFlag {
  return new Int32Array(new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT));
}
