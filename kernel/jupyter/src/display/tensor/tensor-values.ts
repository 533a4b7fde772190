import { numberText } from "../figures.js";

/** The values of a tensor in hand, row by row. */
export interface TensorValues {
  shape: readonly number[];
  dtype: string;
  /** Numbers, or texts as they are to be shown. */
  values: ArrayLike<number | string>;
}

/** What many numbers come down to. */
export interface Summary {
  min: number;
  max: number;
  mean: number;
  /** How many are infinite or not a number; these count nowhere else. */
  notFinite: number;
}

/**
 * A shape as it is spoken of; a scalar has none.
 *
 * @example shapeText([2, 3]) // "[2, 3]"
 */
export function shapeText(shape: readonly number[]): string {
  return `[${shape.join(", ")}]`;
}

/**
 * Smallest, largest and mean of the finite values; null when there are none, or they are texts.
 *
 * @example summaryOf([1, 3])?.mean // 2
 */
export function summaryOf(values: ArrayLike<number | string>): Summary | null {
  const summary = { min: Infinity, max: -Infinity, mean: 0, notFinite: 0 };
  let count = 0;
  for (let index = 0; index < values.length; index++) {
    const value = values[index]!;
    if (typeof value === "string") return null;
    if (!Number.isFinite(value)) {
      summary.notFinite += 1;
      continue;
    }
    count += 1;
    summary.min = Math.min(summary.min, value);
    summary.max = Math.max(summary.max, value);
    summary.mean += (value - summary.mean) / count;
  }
  return count === 0 ? null : summary;
}

/**
 * One value as text.
 *
 * @example valueText(0.1 + 0.2, "float32") // "0.3"
 */
export function valueText(value: number | string, dtype: string): string {
  if (typeof value === "string") return dtype === "string" ? JSON.stringify(value) : value;
  return dtype === "bool" ? String(value !== 0) : numberText(value, 5);
}

/**
 * All values in brackets, in columns, as NumPy prints them.
 *
 * @example bracketText({ shape: [2, 2], dtype: "int32", values: [1, 2, 3, 4] }) // "[[1, 2],\n [3, 4]]"
 */
export function bracketText({ shape, dtype, values }: TensorValues): string {
  const texts = Array.from({ length: values.length }, (_value, index) =>
    valueText(values[index]!, dtype),
  );
  const width = shape.length < 2 ? 0 : Math.max(0, ...texts.map((text) => text.length));

  function from(axis: number, offset: number): string {
    if (axis === shape.length) return texts[offset]!.padStart(width);
    const stride = shape.slice(axis + 1).reduce((all, length) => all * length, 1);
    const parts = Array.from({ length: shape[axis]! }, (_part, index) =>
      from(axis + 1, offset + index * stride),
    );
    // Each further axis parts its members by one more line.
    const lines = shape.length - axis - 1;
    const between = lines === 0 ? ", " : `,${"\n".repeat(lines)}${" ".repeat(axis + 1)}`;
    return `[${parts.join(between)}]`;
  }

  return from(0, 0);
}
