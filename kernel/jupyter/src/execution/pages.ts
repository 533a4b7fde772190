import type { MimeBundle } from "../wire/display.js";
import type { PagePayload } from "../wire/execute.js";

/** Long texts for the pager of a console, which come with the reply to the cell that runs. */
export interface Pages {
  /** @returns false when no cell runs whose reply could carry it */
  add(data: MimeBundle): boolean;
  enter(): void;
  /** @returns what was added since `enter` */
  leave(): PagePayload[];
}

/**
 * Makes the pages of a kernel.
 *
 * @example pages.add({ "text/plain": manual })
 */
export function createPages(): Pages {
  let current: PagePayload[] | null = null;
  return {
    add(data) {
      current?.push({ source: "page", data, start: 0 });
      return current !== null;
    },
    enter: () => void (current = []),
    leave() {
      const pages = current ?? [];
      current = null;
      return pages;
    },
  };
}
