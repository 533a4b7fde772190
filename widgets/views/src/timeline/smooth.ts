import type { Columns } from "./columns.js";

/** Finest and coarsest smoothing: the share of the shown steps over which a value counts. */
const FINEST = 1 / 2000;
const COARSEST = 1 / 8;

/** How many settings of smoothing there are besides none. */
export const SMOOTHINGS = 10;

/**
 * Over how many steps a smoothing evens out; 0 for none.
 *
 * @param setting 0 to SMOOTHINGS
 * @param span how many steps are shown
 * @example smoothingSteps(0, 1000) === 0
 */
export function smoothingSteps(setting: number, span: number): number {
  if (setting <= 0 || span <= 0) return 0;
  const share = FINEST * (COARSEST / FINEST) ** ((setting - 1) / (SMOOTHINGS - 1));
  return Math.max(2, Math.round(span * share));
}

/**
 * A column's exponential moving average, debiased: it begins at the first value, not at zero. A value counts
 * 1/e as much after `over` steps; rows may lie any number of steps apart. NaN where the column has no value.
 *
 * @example const even = smoothed(columns, "train_loss", 50);
 */
export function smoothed(columns: Columns, name: string, over: number): Float64Array {
  const { length, step } = columns;
  const column = columns.values.get(name);
  const result = new Float64Array(length).fill(NaN);
  if (!column) return result;
  const single = Math.exp(-1 / over);
  let [sum, weight, before] = [0, 0, NaN];
  for (let row = 0; row < length; row++) {
    const value = column[row]!;
    if (!Number.isFinite(value)) continue;
    const distance = step[row]! - before;
    const kept = distance === 1 ? single : Number.isNaN(distance) ? 0 : single ** distance;
    sum = sum * kept + value;
    weight = weight * kept + 1;
    before = step[row]!;
    result[row] = sum / weight;
  }
  return result;
}
