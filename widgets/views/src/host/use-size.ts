import { useLayoutEffect, useState, type RefObject } from "react";

/** Size in CSS pixels; zero until laid out. */
export interface Size {
  width: number;
  height: number;
}

/**
 * The size of an element as it changes. While it is hidden (an output scrolled far away) the last size
 * stays, so that nothing is drawn for nothing.
 *
 * @example const { width } = useSize(plot);
 */
export function useSize(element: RefObject<HTMLElement | null>): Size {
  const [size, setSize] = useState<Size>({ width: 0, height: 0 });
  useLayoutEffect(() => {
    const target = element.current;
    if (!target) return undefined;
    const measure = (): void => {
      const { clientWidth: width, clientHeight: height } = target;
      if (width > 0 && height > 0) {
        setSize((old) => (old.width === width && old.height === height ? old : { width, height }));
      }
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(target);
    return () => observer.disconnect();
  }, [element]);
  return size;
}
