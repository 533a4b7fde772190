/**
 * A count with its thousands parted.
 *
 * @example countText(100352) // "100,352"
 */
export function countText(count: number): string {
  return count.toLocaleString("en");
}

/**
 * A count and its noun.
 *
 * @example counted(1, "row") // "1 row"
 */
export function counted(count: number, noun: string): string {
  return `${countText(count)} ${noun}${count === 1 ? "" : "s"}`;
}

/**
 * A number short enough for a table: at most `digits` significant ones, integers whole.
 *
 * @example numberText(0.30000000000000004) // "0.3"
 */
export function numberText(value: number | bigint, digits = 6): string {
  if (typeof value === "bigint" || Number.isInteger(value))
    return Object.is(value, -0) ? "-0" : `${value}`;
  return `${Number(value.toPrecision(digits))}`;
}

/**
 * A size in bytes, in the unit that suits it.
 *
 * @example bytesText(12345) // "12.3 kB"
 */
export function bytesText(bytes: number): string {
  if (bytes < 1000) return counted(bytes, "byte");
  const [size, unit] = bytes < 1e6 ? [bytes / 1e3, "kB"] : [bytes / 1e6, "MB"];
  return `${numberText(size, 3)} ${unit}`;
}

/**
 * A length of time, as somebody who waits would say it.
 *
 * @param seconds not negative
 * @example durationText(192) // "3 min 12 s"
 */
export function durationText(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}
