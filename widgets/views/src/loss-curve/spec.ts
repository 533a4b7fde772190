import type { Spec } from "vega";

/** Space around the plot for the axes, in CSS pixels; the overlay is laid out by the same numbers. */
export const PADDING = { left: 46, right: 10, top: 8, bottom: 24 };

/** Colours that Vega draws with: it cannot read CSS variables. */
export interface CurveColors {
  train: string;
  validation: string;
  text: string;
  grid: string;
  /** `event` is a word of Vega's own */
  happening: string;
}

type Marks = NonNullable<Spec["marks"]>;

/** The names of the data sets that a chart is given. */
export const DATA_SETS = ["train", "raw", "band", "validation", "dots", "events"] as const;

/**
 * The chart: axes, a line each for training and validation, and behind them what a pixel spans and what was
 * smoothed. Everything that changes is a signal or a data set, so that the chart is parsed once; only a log
 * scale is another chart.
 *
 * @example parse(curveSpec(false), undefined, { ast: true })
 */
export function curveSpec(log: boolean): Spec {
  const axis = {
    domain: false,
    ticks: false,
    labelPadding: 6,
    labelFont: { signal: "font" },
    labelFontSize: 11,
    labelColor: { signal: "text" },
    gridColor: { signal: "grid" },
  };
  const x = { scale: "x", field: "step" };
  const y = { scale: "y", field: "value" };
  const line = (name: string, color: string, width: number, opacity = 1): Marks[number] => ({
    type: "line",
    from: { data: name },
    clip: true,
    encode: {
      update: {
        ...{ x, y },
        // Where nothing was recorded the line breaks.
        defined: { signal: "isValid(datum.value)" },
        stroke: { signal: color },
        strokeWidth: { value: width },
        strokeOpacity: { value: opacity },
        strokeJoin: { value: "round" },
      },
    },
  });
  const band: Marks[number] = {
    type: "area",
    from: { data: "band" },
    clip: true,
    encode: {
      update: {
        x,
        y: { scale: "y", field: "low" },
        y2: { scale: "y", field: "high" },
        defined: { signal: "isValid(datum.low)" },
        fill: { signal: "train" },
        fillOpacity: { value: 0.3 },
        // A spike of one step is as wide as a pixel: the fill alone would hide it.
        stroke: { signal: "train" },
        strokeWidth: { value: 1 },
        strokeOpacity: { value: 0.45 },
      },
    },
  };
  const events: Marks[number] = {
    type: "rule",
    from: { data: "events" },
    encode: {
      update: {
        x,
        y: { signal: "height" },
        y2: { signal: "height - 8" },
        stroke: { signal: "happening" },
        strokeWidth: { value: 2 },
      },
    },
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
      ...["train", "validation", "text", "grid", "happening"].map((name) => ({
        name,
        value: "gray",
      })),
      { name: "font", value: "sans-serif" },
    ],
    data: DATA_SETS.map((name) => ({ name })),
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
    marks: [
      band,
      line("raw", "train", 1, 0.35),
      line("train", "train", 1.25),
      line("validation", "validation", 2),
      {
        type: "symbol",
        from: { data: "dots" },
        clip: true,
        encode: {
          update: {
            ...{ x, y },
            fill: { signal: "validation" },
            size: { value: 18 },
          },
        },
      },
      events,
    ],
  };
}
