import { PENDING, SIGNALLED, type InterruptFlag } from "./interrupt-flag.js";

/** How long main may take to notice an interrupt by itself, in milliseconds. */
const GRACE_MS = 120;

/** An interrupt so soon after another one means it: in milliseconds. */
const AGAIN_MS = 2000;

/** How long main may take to end whatever it does after a second one, in milliseconds. */
const STUCK_MS = 1000;

/** An interrupt as it was raised. */
export interface Raised {
  /** Its number. */
  turn: number;
  /** Whether it came soon after another one. */
  again: boolean;
}

/**
 * Makes the I/O thread's half of an interrupt: it raises the flag that loops of cells read, and
 * signals main when nothing there noticed (a loop inside a library).
 *
 * @param onStuck told when even a second interrupt did not help
 * @example const interrupt = createInterrupter(flag, report); interrupt();
 */
export function createInterrupter(flag: InterruptFlag, onStuck: () => void): () => Raised {
  let turn = 0;
  let before = -Infinity;
  return () => {
    turn += 1;
    const mine = turn;
    const now = performance.now();
    const again = now - before < AGAIN_MS;
    before = now;
    Atomics.store(flag, PENDING, mine);
    setTimeout(() => {
      if (Atomics.load(flag, PENDING) !== mine) return;
      Atomics.store(flag, SIGNALLED, mine);
      process.kill(process.pid, "SIGINT");
    }, GRACE_MS);
    if (again) {
      setTimeout(() => {
        if (Atomics.load(flag, PENDING) === mine) onStuck();
      }, STUCK_MS);
    }
    return { turn: mine, again };
  };
}
