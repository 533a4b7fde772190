import { PENDING, SIGNALLED, type InterruptFlag } from "./interrupt-flag.js";

/** How long main may take to notice an interrupt by itself, in milliseconds. */
const GRACE_MS = 120;

/**
 * Makes the I/O thread's half of an interrupt: it raises the flag that loops of cells read, and
 * signals main when nothing there noticed (a loop inside a library).
 *
 * @returns a function that interrupts, and returns the number of this interrupt
 * @example const interrupt = createInterrupter(flag); interrupt();
 */
export function createInterrupter(flag: InterruptFlag): () => number {
  let turn = 0;
  return () => {
    turn += 1;
    const mine = turn;
    Atomics.store(flag, PENDING, mine);
    setTimeout(() => {
      if (Atomics.load(flag, PENDING) !== mine) return;
      Atomics.store(flag, SIGNALLED, mine);
      process.kill(process.pid, "SIGINT");
    }, GRACE_MS);
    return mine;
  };
}
