import { useEffect, useRef, type RefObject } from "react";

/**
 * Whether an element is in sight, or nearly; taken to be so until it is known.
 *
 * @example const seen = useSeen(section); if (seen.current) draw();
 */
export function useSeen(element: RefObject<HTMLElement | null>): { readonly current: boolean } {
  const seen = useRef(true);
  useEffect(() => {
    const target = element.current;
    if (!target) return undefined;
    const observer = new IntersectionObserver((entries) => {
      seen.current = entries.at(-1)!.isIntersecting;
    });
    observer.observe(target);
    return () => {
      observer.disconnect();
      seen.current = true;
    };
  }, [element]);
  return seen;
}
