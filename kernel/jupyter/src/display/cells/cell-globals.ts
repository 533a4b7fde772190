import { display } from "./display.js";
import { image } from "./image.js";
import { progress } from "../progress/progress.js";
import { html, md, svg } from "./tags.js";

const GLOBALS = { display, html, image, md, progress, svg };

/**
 * Puts the display functions where cells find them without an import. What a cell declares or
 * imports under such a name wins, and what is there already stays.
 *
 * @example defineCellGlobals(globalThis)
 */
export function defineCellGlobals(target: object): void {
  for (const [name, value] of Object.entries(GLOBALS)) {
    if (name in target) continue;
    // Not enumerable: these are not the user's.
    Object.defineProperty(target, name, { value, writable: true, configurable: true });
  }
}
