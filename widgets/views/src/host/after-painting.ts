import { useEffect, useState } from "react";

/**
 * Does something once what was made until now has been painted.
 *
 * @returns forgets it
 * @example const forget = afterPainting(() => drawAxes());
 */
export function afterPainting(act: () => void): () => void {
  let timer = 0;
  const frame = requestAnimationFrame(() => (timer = window.setTimeout(act)));
  return () => {
    cancelAnimationFrame(frame);
    clearTimeout(timer);
  };
}

/**
 * Whether what was made first has been painted: the rest follows then.
 *
 * @example const painted = usePainted(); return painted && <Rest />;
 */
export function usePainted(): boolean {
  const [painted, setPainted] = useState(false);
  useEffect(() => afterPainting(() => setPainted(true)), []);
  return painted;
}
