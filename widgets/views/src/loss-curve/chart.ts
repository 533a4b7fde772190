import type { Loader, Runtime, View } from "vega";
import type { CurveData } from "./curve-data.js";
import { curveSpec, DATA_SETS, type CurveColors } from "./spec.js";

/** Shortest time between two drawings, in milliseconds. */
const REDRAW_EVERY = 200;

/** Parsed once for all charts of a page. */
const flows: { log?: Runtime; linear?: Runtime } = {};

/** A drawn chart. */
export interface Chart {
  /** Draws soon; `make` is called only where nothing newer is to be drawn by then. */
  draw(make: () => CurveData, size: { width: number; height: number }, colors: CurveColors): void;
  dispose(): void;
}

/**
 * Draws the chart's frame into an element. Vega comes as a chunk of its own, so that a page which
 * shows no curve does not load it; expressions are interpreted, never compiled from text.
 *
 * @example const chart = await createChart(element, false); chart.draw(() => data, size, colors);
 */
export async function createChart(host: HTMLElement, log: boolean): Promise<Chart> {
  const [vega, { expressionInterpreter }] = await Promise.all([
    import("vega"),
    import("vega-interpreter"),
  ]);
  // An element of its own: a chart that is being disposed of must not clear the one that follows it.
  const container = host.appendChild(document.createElement("div"));
  // The host is one picture with a name; Vega's own roles inside it would have none.
  container.setAttribute("aria-hidden", "true");
  const kind = log ? "log" : "linear";
  const flow = (flows[kind] ??= vega.parse(curveSpec(log), undefined, { ast: true }));
  const view: View = new vega.View(flow, {
    expr: expressionInterpreter,
    renderer: "svg",
    container,
    hover: false,
    loader: refusing(vega.loader()),
    logLevel: vega.Warn,
  });
  let running: Promise<unknown> = Promise.resolve();
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
    draw(make, size, colors) {
      run(() => {
        const data = make();
        const { from, to, low, high } = data;
        for (const [name, value] of Object.entries({ from, to, low, high, ...colors }))
          view.signal(name, value);
        view.width(size.width).height(size.height);
        for (const name of DATA_SETS) {
          view.change(name, vega.changeset().remove(vega.truthy).insert(data[name]));
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
