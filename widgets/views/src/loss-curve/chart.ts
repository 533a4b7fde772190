import { afterPainting } from "../host/after-painting.js";
import { createAxes, type Axes } from "./axes.js";
import type { CurveData } from "./curve-data.js";
import { createLines } from "./lines.js";
import type { CurveColors } from "./spec.js";

/** Shortest time between two drawings, in milliseconds. */
const REDRAW_EVERY = 200;

/** A drawn chart. */
export interface Chart {
  /**
   * Draws at once, or soon after a drawing that was just made; `make` is called only where nothing newer is to be
   * drawn by then. Axes follow once they can be drawn.
   */
  draw(make: () => CurveData, size: { width: number; height: number }, colors: CurveColors): void;
  dispose(): void;
}

/**
 * Draws the curve and its axes into an element.
 *
 * @param failed called with why axes cannot be drawn
 * @example const chart = createChart(element, false, setFault); chart.draw(() => data, size, colors);
 */
export function createChart(host: Element, log: boolean, failed: (error: Error) => void): Chart {
  const lines = createLines(host);
  let axes: Axes | null = null;
  let drawAxes: ((axes: Axes) => void) | null = null;
  let [gone, before, waiting] = [false, -Infinity, 0];
  let next: (() => void) | null = null;

  // Behind the first lines: a curve is seen before what it stands on is made.
  const forget = afterPainting(() => {
    createAxes(host, log).then((made) => {
      if (gone) made.dispose();
      else {
        axes = made;
        drawAxes?.(made);
      }
    }, failed);
  });

  const run = (): void => {
    waiting = 0;
    before = performance.now();
    next?.();
  };
  return {
    draw(make, size, colors) {
      next = () => {
        const data = make();
        lines.draw(data, size, log);
        const { from, to, low, high } = data;
        drawAxes = (its) => its.draw({ from, to, low, high, ...size, ...colors });
        if (axes) drawAxes(axes);
      };
      const rest = before + REDRAW_EVERY - performance.now();
      if (rest <= 0) run();
      else waiting ||= window.setTimeout(run, rest);
    },
    dispose() {
      gone = true;
      clearTimeout(waiting);
      forget();
      lines.dispose();
      axes?.dispose();
    },
  };
}
