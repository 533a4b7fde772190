/** How long nothing may arrive for requests sent together to count as all here, in milliseconds. */
const QUIET_MS = 20;

/** How long such a wait may take in all. */
const LONGEST_MS = 100;

/** Watches requests come in. */
export interface Arrivals {
  note(): void;
  /** Calls back when requests that were sent by now have surely arrived. */
  settled(then: () => void): void;
}

/**
 * Makes the watch over arriving requests: a client that runs all cells sends them one by one.
 *
 * @example arrivals.settled(() => console.log("all here"));
 */
export function createArrivals(): Arrivals {
  let count = 0;
  return {
    note: () => void (count += 1),
    settled(then) {
      const deadline = performance.now() + LONGEST_MS;
      const look = (seen: number): void => {
        if (count === seen || performance.now() > deadline) then();
        else wait();
      };
      const wait = (): void => void setTimeout(look, QUIET_MS, count);
      wait();
    },
  };
}
