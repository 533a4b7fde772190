import type { Loader, Runtime, View } from "vega";
import { axesSpec, type CurveColors } from "./spec.js";

/** Parsed once for all curves of a page. */
const flows: { log?: Runtime; linear?: Runtime } = {};

/** What axes are drawn of. */
export interface AxesShown extends CurveColors {
  from: number;
  to: number;
  low: number;
  high: number;
  width: number;
  height: number;
}

/** Drawn axes. */
export interface Axes {
  /** Draws soon, and only where something else is shown than was. */
  draw(shown: AxesShown): void;
  dispose(): void;
}

/**
 * Draws axes and their grid into an element. Vega comes as a chunk of its own, so that a page which shows no
 * curve does not load it; expressions are interpreted, never compiled from text.
 *
 * @example const axes = await createAxes(element, false); axes.draw({ from: 0, to: 100, low: 0, high: 4, ...rest });
 */
export async function createAxes(host: Element, log: boolean): Promise<Axes> {
  const [vega, { expressionInterpreter }] = await Promise.all([
    import("vega"),
    import("vega-interpreter"),
  ]);
  // An element of its own: axes that are being disposed of must not clear those that follow them.
  const container = document.createElement("div");
  host.prepend(container);
  // The host is one picture with a name; Vega's own roles inside it would have none.
  container.setAttribute("aria-hidden", "true");
  const kind = log ? "log" : "linear";
  const flow = (flows[kind] ??= vega.parse(axesSpec(log), undefined, { ast: true }));
  const view: View = new vega.View(flow, {
    expr: expressionInterpreter,
    renderer: "svg",
    container,
    hover: false,
    loader: refusing(vega.loader()),
    logLevel: vega.Warn,
  });
  let running: Promise<unknown> = Promise.resolve();
  let next: AxesShown | null = null;
  let drawn = "";
  return {
    draw(shown) {
      next = shown;
      running = running.then(() => {
        const words = JSON.stringify(shown);
        // Only the newest of those that wait.
        if (next !== shown || words === drawn) return undefined;
        drawn = words;
        const { width, height, ...signals } = shown;
        for (const [name, value] of Object.entries(signals)) view.signal(name, value);
        return view.width(width).height(height).runAsync();
      });
    },
    dispose() {
      next = null;
      container.remove();
      void running.then(() => view.finalize());
    },
  };
}

function refusing(loader: Loader): Loader {
  const refuse = (): Promise<never> => Promise.reject(new Error("Charts load nothing."));
  return { ...loader, load: refuse, sanitize: refuse, http: refuse, file: refuse };
}
