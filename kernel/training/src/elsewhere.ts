import type { Store } from "@forkpoint/checkpoints";

/** How often is looked for what other processes have done, in milliseconds. */
const PERIOD = 1000;

/**
 * Calls back when sessions, runs or models of a store have changed through another process, or through this one,
 * until the returned function is called.
 *
 * @example const stop = watchElsewhere(store, () => redraw());
 */
export function watchElsewhere(store: Store, changed: () => void): () => void {
  let known: string | undefined;
  const look = (): void => {
    let now: string;
    try {
      now = store.outline();
    } catch {
      // Nobody has asked for anything: whoever next reads the store is told what is wrong with it.
      return;
    }
    const before = known;
    known = now;
    if (before !== undefined && before !== now) changed();
  };
  look();
  const timer = setInterval(look, PERIOD).unref();
  return () => clearInterval(timer);
}
