import { useEffect, useMemo } from "react";

/** Runs the newest given job once in the next animation frame, `flush` at once; `cancel` forgets it. */
export interface Frame {
  run(job: () => void): void;
  flush(): void;
  cancel(): void;
}

/**
 * At most one job a frame, however often the pointer moves.
 *
 * @example const frame = useFrame(); onPointerMove={(event) => frame.run(() => follow(event.clientX))}
 */
export function useFrame(): Frame {
  const frame = useMemo(() => {
    let newest: (() => void) | null = null;
    let request = 0;
    return {
      run(job: () => void): void {
        newest = job;
        request ||= requestAnimationFrame(() => this.flush());
      },
      flush(): void {
        const job = newest;
        this.cancel();
        job?.();
      },
      cancel(): void {
        cancelAnimationFrame(request);
        request = 0;
        newest = null;
      },
    };
  }, []);
  useEffect(() => () => frame.cancel(), [frame]);
  return frame;
}
