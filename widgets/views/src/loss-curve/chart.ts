import type { Loader, View } from "vega";
import type { Point } from "../timeline/downsample.js";
import { curveSpec, type CurveColors } from "./spec.js";

/** What a chart shows. */
export interface CurveData {
  from: number;
  to: number;
  low: number;
  high: number;
  train: Point[];
  validation: Point[];
}

/** Shortest time between two drawings, in milliseconds. */
const REDRAW_EVERY = 200;

/** A drawn chart. */
export interface Chart {
  draw(data: CurveData, size: { width: number; height: number }, colors: CurveColors): void;
  dispose(): void;
}

/**
 * Draws the chart's frame into an element. Vega comes as a chunk of its own, so that a page which
 * shows no curve does not load it; expressions are interpreted, never compiled from text.
 *
 * @example const chart = await createChart(element); chart.draw(data, size, colors);
 */
export async function createChart(host: HTMLElement): Promise<Chart> {
  const [vega, { expressionInterpreter }] = await Promise.all([
    import("vega"),
    import("vega-interpreter"),
  ]);
  // An element of its own: a chart that is being disposed of must not clear the one that follows it.
  const container = host.appendChild(document.createElement("div"));
  // The host is one picture with a name; Vega's own roles inside it would have none.
  container.setAttribute("aria-hidden", "true");
  const view: View = new vega.View(vega.parse(curveSpec(), undefined, { ast: true }), {
    expr: expressionInterpreter,
    renderer: "svg",
    container,
    hover: false,
    loader: refusing(vega.loader()),
    logLevel: vega.Warn,
  });
  let running: Promise<unknown> = view.runAsync();
  let next: (() => void) | null = null;

  // While one drawing runs, and for a while after, only the newest of those that wait is kept.
  function run(job: () => void): void {
    if (next) {
      next = job;
      return;
    }
    next = job;
    running = running.then(() => {
      const newest = next;
      next = null;
      if (!newest) return undefined;
      newest();
      return view.runAsync().then(() => pause(REDRAW_EVERY));
    });
  }

  return {
    draw({ train, validation, ...extent }, size, colors) {
      run(() => {
        for (const [name, value] of Object.entries({ ...extent, ...colors }))
          view.signal(name, value);
        view.width(size.width).height(size.height);
        for (const [name, points] of Object.entries({ train, validation })) {
          view.change(name, vega.changeset().remove(vega.truthy).insert(points));
        }
      });
    },
    dispose() {
      next = null;
      container.remove();
      void running.then(() => view.finalize());
    },
  };
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

function refusing(loader: Loader): Loader {
  const refuse = (): Promise<never> => Promise.reject(new Error("Charts load nothing."));
  return { ...loader, load: refuse, sanitize: refuse, http: refuse, file: refuse };
}
