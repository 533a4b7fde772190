/** A whole number with thousands separated: 1,234. */
export function wholeText(value: number): string {
  return value.toLocaleString("en-US", { maximumFractionDigits: 0 });
}

/** A count of values in words: 0.8 M, 25 M, 4,192. */
export function countText(count: number): string {
  if (count < 100_000) return wholeText(count);
  const millions = count / 1e6;
  return `${millions < 10 ? millions.toFixed(1) : Math.round(millions)} M`;
}

/** A loss as people read it: three digits after the point. */
export function lossText(loss: number | null): string {
  return loss === null ? "none" : loss.toFixed(3);
}

/** A stretch of time in words: 42 s, 3 min 5 s, 2 h 10 min. */
export function durationText(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}
