import { useLayoutEffect, type RefObject } from "react";

/** Distance between a panel and its button, and to the window's edge, in CSS pixels. */
const GAP = 4;

/**
 * Keeps a panel beside its anchor, above everything else. It is shown as a popover, in the browser's top
 * layer: JupyterLab clips what leaves a cell's output, and would give the output a scroll bar instead.
 *
 * @example useFloating(panel, button);
 */
export function useFloating(
  panel: RefObject<HTMLElement | null>,
  anchor: RefObject<HTMLElement | null>,
): void {
  useLayoutEffect(() => {
    const box = panel.current;
    const beside = anchor.current;
    if (!box || !beside || typeof box.showPopover !== "function") return undefined;
    box.setAttribute("popover", "manual");
    if (!box.matches(":popover-open")) box.showPopover();
    let request = 0;
    const place = (): void => {
      request = 0;
      const target = beside.getBoundingClientRect();
      const { offsetWidth: width, offsetHeight: height } = box;
      const below = target.bottom + GAP;
      const fits = below + height + GAP <= window.innerHeight || target.top < height + 2 * GAP;
      // Right edges in line; where that leaves the window, left edges.
      const left = target.right - width >= GAP ? target.right - width : target.left;
      box.style.left = `${Math.max(GAP, Math.min(left, window.innerWidth - width - GAP))}px`;
      box.style.top = `${fits ? below : target.top - height - GAP}px`;
    };
    const soon = (): void => {
      request ||= requestAnimationFrame(place);
    };
    place();
    const observer = new ResizeObserver(soon);
    observer.observe(box);
    window.addEventListener("scroll", soon, { capture: true, passive: true });
    window.addEventListener("resize", soon);
    return () => {
      cancelAnimationFrame(request);
      observer.disconnect();
      window.removeEventListener("scroll", soon, { capture: true });
      window.removeEventListener("resize", soon);
    };
  }, [panel, anchor]);
}
