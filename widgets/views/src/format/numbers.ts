const grouped = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });

/**
 * A count or step with grouped thousands.
 *
 * @example formatCount(1234) === "1,234"
 */
export function formatCount(count: number): string {
  return grouped.format(count);
}

/**
 * A loss with three decimals, or with two significant digits where three decimals would show nothing.
 *
 * @example formatLoss(1.2344) === "1.234"
 */
export function formatLoss(loss: number): string {
  if (!Number.isFinite(loss)) return "not a number";
  const size = Math.abs(loss);
  if (size !== 0 && size < 0.001) return loss.toExponential(1);
  return size >= 100_000 ? loss.toExponential(2) : loss.toFixed(3);
}

/**
 * Speed in steps per second.
 *
 * @example formatSpeed(41.27) === "41.3 steps/s"
 */
export function formatSpeed(stepsPerSecond: number): string {
  const digits = stepsPerSecond >= 100 ? 0 : stepsPerSecond >= 1 ? 1 : 2;
  return `${stepsPerSecond.toFixed(digits)} steps/s`;
}

/**
 * Whole percent of `done` in `total`; 100 only when all is done.
 *
 * @example percentOf(1999, 2000) === 99
 */
export function percentOf(done: number, total: number): number {
  if (total <= 0 || done >= total) return 100;
  return Math.max(0, Math.floor((done / total) * 100));
}
