import type { WireMark, WireStretch } from "@forkpoint/wire";
import type { Axis } from "../timeline/axis.js";
import type { Columns } from "../timeline/columns.js";
import { bandOf, downsample, extent, type Band, type Point } from "../timeline/downsample.js";
import { brokenAt, gapsOf, type Broken } from "../timeline/gaps.js";
import { firstAtOrAfter, lastAtOrBefore, valueAfter, valueAt } from "../timeline/search.js";
import { smoothed } from "../timeline/smooth.js";

/** How a curve is looked at. */
export interface CurveChoice {
  log: boolean;
  /** over how many steps it is evened out; 0 for as it is */
  smoothing: number;
}

/** What a chart draws. */
export interface CurveData {
  from: number;
  to: number;
  low: number;
  high: number;
  /** the line of the training loss */
  train: Broken<Point>[];
  /** behind a smoothed line: the values themselves */
  raw: Broken<Point>[];
  /** where there are more values than pixels: what they span */
  band: Broken<Band>[];
  validation: Broken<Point>[];
  /** where it was evaluated, while that is seldom enough to be told apart */
  dots: Point[];
  /** where something happened */
  events: { step: number }[];
}

/** Dots closer together than this, in pixels, are not drawn. */
const DOT_ROOM = 8;

/** More values in a pixel than this are drawn as a band. */
const DENSE = 4;

/**
 * What is to be drawn of a timeline on so many pixels. No spike is lost, no gap is bridged.
 *
 * @example const data = curveData(columns, state, axis, 640, { log: false, smoothing: 0 });
 */
export function curveData(
  columns: Columns,
  facts: { stretches: readonly WireStretch[]; marks: readonly WireMark[] },
  { from, to: last }: Axis,
  width: number,
  { log, smoothing }: CurveChoice,
): CurveData {
  // A single step has no extent to draw on.
  const to = Math.max(last, from + 1);
  const gaps = gapsOf(facts.stretches);
  const train = columns.values.get("train_loss");
  const rows = lastAtOrBefore(columns, to) - firstAtOrAfter(columns, from) + 1;
  const dense = train !== undefined && (rows > DENSE * width || columns.selectedUntil > from);
  const band = dense ? bandOf(columns, train, from, to, width) : [];
  const evened = smoothing > 0 ? smoothed(columns, "train_loss", smoothing) : null;
  const even: Columns | null = evened && {
    ...columns,
    values: new Map([["train_loss", evened]]),
  };
  const thin = (of: Columns, name: string) => downsample(of, name, from, to, width);
  // A line goes on to the plot's edges where its next value lies beyond.
  const whole = (of: Columns, name: string, within = thin(of, name)) => {
    const [before, after] = [valueAt(of, name, from - 1), valueAfter(of, name, to + 1)];
    return [...(before ? [before] : []), ...within, ...(after ? [after] : [])];
  };
  const middle = (of: Float64Array) =>
    bandOf(columns, of, from, to, width).map(({ step, middle: value }) => ({ step, value }));
  const raw: Point[] = dense ? [] : thin(columns, "train_loss");
  const line = even
    ? dense
      ? middle(evened!)
      : thin(even, "train_loss")
    : band.map(({ step, middle: value }) => ({ step, value }));
  const validation = thin(columns, "validation_loss");
  const shown = log ? (value: number) => value > 0 : () => true;
  const spans = band.filter(({ low }) => shown(low));
  const ends = spans.flatMap(({ step, low, high }) => [
    { step, value: low },
    { step, value: high },
  ]);
  const points = [...raw, ...line, ...validation, ...ends].filter(({ value }) => shown(value));
  const [low, high] = log ? logExtent(points) : extent(points, 0.05);
  const drawn = (all: Point[]) =>
    brokenAt(
      all.filter(({ value }) => shown(value)),
      gaps,
    );
  return {
    ...{ from, to, low, high },
    train: drawn(dense ? line : whole(even ?? columns, "train_loss")),
    raw: even ? drawn(raw) : [],
    band: brokenAt(spans, gaps),
    validation: drawn(whole(columns, "validation_loss", validation)),
    dots:
      validation.length * DOT_ROOM <= width ? validation.filter(({ value }) => shown(value)) : [],
    events: facts.marks.filter(({ kind, step }) => kind === "event" && step >= from && step <= to),
  };
}

function logExtent(points: { step: number; value: number }[]): [number, number] {
  const [low, high] = extent(
    points.map(({ step, value }) => ({ step, value: Math.log(value) })),
    0.05,
  );
  return points.length === 0 ? [0.1, 10] : [Math.exp(low), Math.exp(high)];
}
