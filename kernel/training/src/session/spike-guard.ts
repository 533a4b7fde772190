/** Losses before the guard has an opinion. */
const LEAST = 20;

/** How many of the newest losses count, roughly. */
const MEMORY = 50;

/** What the guard saw before a spike. */
export interface Spike {
  mean: number;
  deviation: number;
}

/** Watches the losses of a run. */
export interface SpikeGuard {
  /** Takes a loss; says what was usual before if it stands out, else null. */
  watch(loss: number): Spike | null;
}

/**
 * Makes the guard of a run: an exponentially weighted mean and variance of the losses so far
 * (West 1979, "Updating mean and variance estimates").
 *
 * @param sigma how many standard deviations above the mean are a spike; null for never
 * @example createSpikeGuard(6).watch(loss)?.mean
 */
export function createSpikeGuard(sigma: number | null): SpikeGuard {
  let [count, mean, variance] = [0, 0, 0];
  return {
    watch(loss) {
      if (sigma === null) return null;
      const deviation = Math.sqrt(variance);
      if (count >= LEAST && loss > mean + sigma * deviation) return { mean, deviation };
      count += 1;
      const weight = 1 / Math.min(count, MEMORY);
      const step = loss - mean;
      mean += weight * step;
      variance = (1 - weight) * (variance + weight * step * step);
      return null;
    },
  };
}
