import { modelLine } from "./model-line.js";

/** A value from outside the step that was read while it ran. */
export interface OutsideValue {
  what: string;
  line: string;
}

/**
 * Runs a function and reports the first read of the clock or of Math.random in it: a recorded graph
 * would hold that one value for ever.
 */
export function withOutsideValuesNoticed<Result>(
  run: () => Result,
  notice: (value: OutsideValue) => void,
): Result {
  const { random } = Math;
  const { now } = Date;
  const performanceNow = performance.now;
  const noticed = <Read extends (...parameters: never[]) => unknown>(
    what: string,
    read: Read,
  ): Read =>
    function (this: unknown, ...parameters: never[]) {
      const line = modelLine();
      // Node's own clock reads have no line of a model on their stack.
      if (line) notice({ what, line });
      return read.apply(this, parameters);
    } as Read;
  Math.random = noticed("Math.random", random);
  Date.now = noticed("Date.now", now);
  performance.now = noticed("performance.now", performanceNow);
  try {
    return run();
  } finally {
    Math.random = random;
    Date.now = now;
    performance.now = performanceNow;
  }
}
