import type { Spec } from "vega";

/** Space around the plot for the axes, in CSS pixels; the overlay is laid out by the same numbers. */
export const PADDING = { left: 46, right: 10, top: 8, bottom: 24 };

/** Colours and font that Vega draws with: it cannot read CSS variables. */
export interface CurveColors {
  text: string;
  grid: string;
  font: string;
}

/**
 * The axes and their grid. Everything that changes is a signal, so that they are parsed once; only a log scale is
 * another chart.
 *
 * @example parse(axesSpec(false), undefined, { ast: true })
 */
export function axesSpec(log: boolean): Spec {
  const axis = {
    domain: false,
    ticks: false,
    labelPadding: 6,
    labelFont: { signal: "font" },
    labelFontSize: 11,
    labelColor: { signal: "text" },
    gridColor: { signal: "grid" },
  };
  const domains = {
    x: [{ signal: "from" }, { signal: "to" }],
    y: [{ signal: "low" }, { signal: "high" }],
  };
  return {
    autosize: "none",
    padding: PADDING,
    width: 100,
    height: 100,
    signals: [
      ...["from", "to", "low", "high"].map((name, index) => ({ name, value: 1 + (index % 2) })),
      ...["text", "grid"].map((name) => ({ name, value: "gray" })),
      { name: "font", value: "sans-serif" },
    ],
    scales: [
      {
        ...{ name: "x", type: "linear", range: "width", zero: false, nice: false },
        domain: domains.x,
      },
      log
        ? { ...{ name: "y", type: "log", range: "height", nice: false }, domain: domains.y }
        : {
            ...{ name: "y", type: "linear", range: "height", zero: false, nice: false },
            domain: domains.y,
          },
    ],
    axes: [
      {
        ...axis,
        orient: "bottom",
        scale: "x",
        tickCount: 6,
        tickMinStep: 1,
        format: ",d",
        labelFlush: true,
        labelOverlap: true,
        labelSeparation: 8,
      },
      {
        ...axis,
        orient: "left",
        scale: "y",
        tickCount: 4,
        grid: true,
        ...(log ? { format: "~g", labelOverlap: "greedy" } : {}),
      },
    ],
  };
}
