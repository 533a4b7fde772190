import type { Spec } from "vega";

/** Space around the plot for the axes, in CSS pixels; the overlay is laid out by the same numbers. */
export const PADDING = { left: 46, right: 10, top: 8, bottom: 24 };

/** Colours that Vega draws with: it cannot read CSS variables. */
export interface CurveColors {
  train: string;
  validation: string;
  text: string;
  grid: string;
}

/**
 * The chart: axes, and one line each for training and validation. Everything that changes is a
 * signal or a data set, so that the chart is parsed once.
 *
 * @example parse(curveSpec(), undefined, { ast: true })
 */
export function curveSpec(): Spec {
  const axis = {
    domain: false,
    ticks: false,
    labelPadding: 6,
    labelFont: { signal: "font" },
    labelFontSize: 11,
    labelColor: { signal: "text" },
    gridColor: { signal: "grid" },
  };
  const line = (
    name: "train" | "validation",
    width: number,
  ): NonNullable<Spec["marks"]>[number] => ({
    type: "line",
    from: { data: name },
    clip: true,
    encode: {
      update: {
        x: { scale: "x", field: "step" },
        y: { scale: "y", field: "value" },
        stroke: { signal: name },
        strokeWidth: { value: width },
        strokeJoin: { value: "round" },
      },
    },
  });
  return {
    autosize: "none",
    padding: PADDING,
    width: 100,
    height: 100,
    signals: [
      ...["from", "to", "low", "high"].map((name) => ({ name, value: 0 })),
      ...["train", "validation", "text", "grid"].map((name) => ({ name, value: "gray" })),
      { name: "font", value: "sans-serif" },
    ],
    data: [{ name: "train" }, { name: "validation" }],
    scales: [
      {
        name: "x",
        type: "linear",
        range: "width",
        zero: false,
        nice: false,
        domain: [{ signal: "from" }, { signal: "to" }],
      },
      {
        name: "y",
        type: "linear",
        range: "height",
        zero: false,
        nice: false,
        domain: [{ signal: "low" }, { signal: "high" }],
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
      },
      { ...axis, orient: "left", scale: "y", tickCount: 4, grid: true },
    ],
    marks: [
      line("train", 1.25),
      line("validation", 2),
      {
        type: "symbol",
        from: { data: "validation" },
        clip: true,
        encode: {
          update: {
            x: { scale: "x", field: "step" },
            y: { scale: "y", field: "value" },
            fill: { signal: "validation" },
            size: { value: 18 },
          },
        },
      },
    ],
  };
}
