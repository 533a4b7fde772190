import { useLayoutEffect, useState, type RefObject } from "react";

/** Rows drawn beyond each edge of what is seen, so that a scroll has them already. */
const BEYOND = 6;

/** The rows of a long list that are worth drawing: `first` to `last`, both included. */
export interface RowWindow {
  first: number;
  last: number;
}

/**
 * The rows that a list shows at a place of its scroll bar; an empty window (last < first) without rows.
 *
 * @example rowsSeen(100, 20, 400, 200) // { first: 14, last: 36 }
 */
export function rowsSeen(count: number, rowHeight: number, top: number, height: number): RowWindow {
  const first = Math.floor(top / rowHeight) - BEYOND;
  const last = Math.ceil((top + height) / rowHeight) + BEYOND;
  return { first: Math.max(0, Math.min(first, count - 1)), last: Math.min(last, count - 1) };
}

/**
 * The rows to draw of a list whose rows are all equally high, as it is scrolled and resized. What
 * scrolls is `box`; its height must be limited by its style.
 *
 * @example const { first, last } = useRows(list, models.length, 36);
 */
export function useRows(
  box: RefObject<HTMLElement | null>,
  count: number,
  rowHeight: number,
): RowWindow {
  const [place, setPlace] = useState({ top: 0, height: 600 });
  useLayoutEffect(() => {
    const target = box.current;
    if (!target) return undefined;
    const measure = (): void => {
      // Hidden (an output scrolled far away): the last place stays.
      if (target.clientHeight === 0) return;
      const [top, height] = [target.scrollTop, target.clientHeight];
      setPlace((old) => (old.top === top && old.height === height ? old : { top, height }));
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(target);
    target.addEventListener("scroll", measure, { passive: true });
    return () => {
      observer.disconnect();
      target.removeEventListener("scroll", measure);
    };
  }, [box, count]);
  return rowsSeen(count, rowHeight, place.top, place.height);
}
