import { useEffect, useState } from "react";

/** A value that has not changed for this long, in milliseconds, stands still. */
const STILL = 200;

/**
 * Whether a value changes on and on, as the step shown does in a drag: then only what is in sight is worth
 * drawing.
 *
 * @example const neighbours = useMoving(current) ? 8 : 40;
 */
export function useMoving(value: unknown): boolean {
  const [still, setStill] = useState<unknown>(value);
  useEffect(() => {
    const timer = setTimeout(() => setStill(value), STILL);
    return () => clearTimeout(timer);
  }, [value]);
  return still !== value;
}
