import { getHeapStatistics, setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** How long nothing must have been asked, in milliseconds. */
const IDLE_MS = 300;

/** Growth since the last collection that is worth one, in bytes. */
const GROWTH_BYTES = 32 * 2 ** 20;

/**
 * Collects the garbage of a thread whenever it has had nothing to do for a while. V8 lets the heap
 * of an idle thread stay as it is, and every checked cell leaves about as much as half a megabyte.
 *
 * @returns what to call when the thread was asked something
 * @example const worked = collectWhenIdle(); port.on("message", () => worked());
 */
export function collectWhenIdle(): () => void {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  let after = 0;
  const timer = setTimeout(() => {
    if (getHeapStatistics().used_heap_size - after < GROWTH_BYTES) return;
    collect();
    after = getHeapStatistics().used_heap_size;
  }, IDLE_MS);
  return () => void timer.refresh();
}
