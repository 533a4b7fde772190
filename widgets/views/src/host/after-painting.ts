import { useEffect, useState, type ReactNode } from "react";

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
 * What is made once the things made with it have been painted.
 *
 * @example <AfterPainting><Rest /></AfterPainting>
 */
export function AfterPainting({ children }: { children: ReactNode }): ReactNode {
  const [painted, setPainted] = useState(false);
  useEffect(() => afterPainting(() => setPainted(true)), []);
  return painted && children;
}
