import { randomUUID } from "node:crypto";
import { currentKernel } from "../../current.js";
import { NoKernel } from "../../errors.js";
import { progressBundle, type ProgressState } from "./progress-form.js";

/** At most one update in so many milliseconds; a server drops what comes faster. */
const PAUSE = 250;

/** One output, which shows the newest state of whatever loop it belongs to. */
export interface ProgressLine {
  /** Shows a state now or, if it was updated just before, when the pause is over. */
  show(state: () => ProgressState): void;
  /** Shows now what waits. */
  flush(): void;
}

/**
 * Makes an output for progress. It appears with the first state.
 *
 * @throws {NoKernel} when it is shown outside a kernel
 */
export function createProgressLine(): ProgressLine {
  const displayId = randomUUID();
  let last = -Infinity;
  let waiting: (() => ProgressState) | null = null;
  let timer: NodeJS.Timeout | null = null;

  function put(state: () => ProgressState): void {
    const kernel = currentKernel();
    if (!kernel) throw new NoKernel("progress");
    if (timer) clearTimeout(timer);
    [timer, waiting] = [null, null];
    kernel.display(progressBundle(state()), { displayId, update: last !== -Infinity });
    last = performance.now();
  }

  return {
    show(state) {
      const left = last + PAUSE - performance.now();
      if (left <= 0) return put(state);
      waiting = state;
      // For loops that await: in others it comes too late to show anything, and costs one timer.
      timer ??= setTimeout(() => waiting && put(waiting), left).unref();
    },
    flush: () => void (waiting && put(waiting)),
  };
}
