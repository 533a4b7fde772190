import { useSyncExternalStore } from "react";
import type { CurveColors } from "./spec.js";

let version = 0;

// JupyterLab names its theme in an attribute of the body, and swaps the style sheet.
function subscribe(listener: () => void): () => void {
  const changed = (): void => {
    version++;
    listener();
  };
  const observer = new MutationObserver(() => setTimeout(changed, 50));
  observer.observe(document.body, {
    attributes: true,
    attributeFilter: ["data-jp-theme-name", "data-jp-theme-light"],
  });
  return () => observer.disconnect();
}

/** Counts up when the page's theme changes. */
export function useTheme(): number {
  return useSyncExternalStore(subscribe, () => version);
}

/**
 * The theme's colours as an element sees them.
 *
 * @example chart.draw(data, size, colorsOf(element));
 */
export function colorsOf(element: Element): CurveColors {
  const style = getComputedStyle(element);
  const read = (name: string, fallback: string): string =>
    style.getPropertyValue(name).trim() || fallback;
  return {
    text: read("--jp-ui-font-color2", "#666"),
    grid: read("--jp-border-color2", "#ddd"),
    font: style.fontFamily,
  };
}
