import { getHeapStatistics, setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** How long nothing must have been asked, in milliseconds. */
const IDLE_MS = 300;

/** Growth since the last collection that is worth one while there is work, in bytes. */
const BUSY_GROWTH = 24 * 2 ** 20;

/** The same when there is none: the time it takes is nobody's. */
const IDLE_GROWTH = 2 * 2 ** 20;

/**
 * Collects the garbage of a thread whenever it has had nothing to do for a while, or much to do. V8
 * lets the heap of an idle thread stay as it is, and every checked cell leaves about half a megabyte.
 *
 * @returns what to call when the thread has something to do, and whether somebody waits for it
 * @example const working = collectOften(); port.on("message", () => working(true));
 */
export function collectOften(): (isWaitedFor: boolean) => void {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  const used = (): number => getHeapStatistics().used_heap_size;
  let after = 0;
  function collectIfGrown(growth: number): void {
    if (used() - after < growth) return;
    collect();
    after = used();
  }
  const timer = setTimeout(collectIfGrown, IDLE_MS, IDLE_GROWTH);
  return (isWaitedFor) => {
    timer.refresh();
    // Cells that come without a pause leave no idle moment.
    if (!isWaitedFor) collectIfGrown(BUSY_GROWTH);
  };
}
