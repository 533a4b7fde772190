import { useEffect } from "react";

/**
 * Calls back when the pointer goes down outside an element, while `active`.
 *
 * @example useOutsideClick(root, open, close);
 */
export function useOutsideClick(
  root: { current: HTMLElement | null },
  active: boolean,
  act: () => void,
): void {
  useEffect(() => {
    if (!active) return undefined;
    const down = (event: PointerEvent): void => {
      if (!root.current?.contains(event.target as Node)) act();
    };
    document.addEventListener("pointerdown", down, true);
    return () => document.removeEventListener("pointerdown", down, true);
  }, [root, active, act]);
}
