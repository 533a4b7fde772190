import {
  useLayoutEffect,
  useRef,
  useState,
  type KeyboardEvent,
  type PointerEvent,
  type ReactNode,
} from "react";
import { Notice } from "../host/notice.js";
import { useFrame } from "../host/use-frame.js";
import { useSize } from "../host/use-size.js";
import type { TimelineModel } from "../models/timeline-model.js";
import { stepAt, type Axis } from "../timeline/axis.js";
import { nearestStep } from "../timeline/places.js";
import { createChart, type Chart } from "./chart.js";
import { colorsOf, useTheme } from "./colors.js";
import { curveData, type CurveChoice } from "./curve-data.js";
import { Brush, Crosshair, Inherited } from "./Overlay.js";
import { PADDING, type CurveColors } from "./spec.js";
import { zoomBy, zoomTo } from "./zoom.js";

/** Shorter drags than this, in pixels, are clicks. */
const CLICK = 5;

/** Two clicks within this time, in milliseconds, may be a double click. */
const DOUBLE_CLICK = 600;

/** Keys that zoom, and by how much. */
const ZOOM_KEYS: Record<string, number> = { "+": 0.5, "=": 0.5, "-": 2, _: 2 };

/**
 * The drawn curve under its overlays. Hovering previews a step while Live, a click stays there, a drag zooms;
 * double click and Escape show all.
 *
 * @example <Plot timeline={timeline} shown={axis} zoom={setZoom} choice={{ log: false, smoothing: 0 }} />
 */
export function Plot(props: {
  timeline: TimelineModel;
  shown: Axis;
  zoom: (range: Axis | null) => void;
  choice: CurveChoice;
}): ReactNode {
  const { timeline, shown, zoom, choice } = props;
  const area = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLDivElement>(null);
  const frame = useFrame();
  const size = useSize(area);
  const width = Math.max(0, size.width - PADDING.left - PADDING.right);
  const height = Math.max(0, size.height - PADDING.top - PADDING.bottom);
  const fault = useDrawing(timeline, { area, canvas }, { shown, width, height }, choice);
  const [brush, setBrush] = useState<{ from: number; to: number } | null>(null);
  const before = useRef<{ step: number | null; at: number }>({ step: null, at: -Infinity });
  const place = { shown, width, height };

  const xUnder = (event: PointerEvent): number =>
    event.clientX - area.current!.getBoundingClientRect().left;
  const fractionAt = (x: number): number => (x - PADDING.left) / (width || 1);
  const stepUnder = (x: number): number | null =>
    nearestStep(timeline.columns, stepAt(shown, fractionAt(x)));

  const down = (event: PointerEvent<HTMLDivElement>): void => {
    if (event.button !== 0) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    const x = xUnder(event);
    setBrush({ from: x, to: x });
  };
  const move = (event: PointerEvent<HTMLDivElement>): void => {
    const x = xUnder(event);
    if (brush) {
      const within = Math.min(PADDING.left + width, Math.max(PADDING.left, x));
      frame.run(() => setBrush({ ...brush, to: within }));
      // A finger has no hover: it would preview and at once stay there.
    } else if (event.pointerType === "mouse") frame.run(() => timeline.preview(stepUnder(x)));
  };
  const up = (event: PointerEvent<HTMLDivElement>): void => {
    if (!brush) return;
    frame.cancel();
    setBrush(null);
    const x = xUnder(event);
    if (Math.abs(x - brush.from) > CLICK) {
      const range = zoomTo(shown, fractionAt(brush.from), fractionAt(x));
      if (range) zoom(range);
      timeline.preview(null);
      return;
    }
    const step = stepUnder(x);
    const second = event.timeStamp - before.current.at < DOUBLE_CLICK;
    before.current = {
      step: second ? before.current.step : timeline.displayStep,
      at: event.timeStamp,
    };
    timeline.show(step === null || step >= timeline.axis.to ? null : step);
  };
  const leave = (): void => {
    if (brush) return;
    frame.cancel();
    timeline.preview(null);
  };
  const showAll = (): void => {
    // Its first click was not meant to choose a step.
    timeline.show(before.current.step);
    zoom(null);
  };
  const key = (event: KeyboardEvent): void => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const factor = ZOOM_KEYS[event.key];
    if (event.key === "Escape") {
      setBrush(null);
      zoom(null);
    } else if (factor !== undefined) {
      zoom(zoomBy(timeline.axis, shown, timeline.shownStep ?? shown.to, factor));
    } else return;
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    <div
      className="fp-plot"
      data-testid="fp-plot"
      data-lm-suppress-shortcuts="true"
      ref={area}
      role="group"
      tabIndex={0}
      aria-label="Plot of the loss over steps. Drag to zoom; plus and minus zoom too, Escape shows all."
      onPointerDown={down}
      onPointerMove={move}
      onPointerUp={up}
      onPointerCancel={() => setBrush(null)}
      onPointerLeave={leave}
      onDoubleClick={showAll}
      onKeyDown={key}
    >
      <div className="fp-plot-canvas" ref={canvas} role="img" aria-label="Curve of the loss" />
      <Inherited timeline={timeline} place={place} />
      <Crosshair timeline={timeline} place={place} />
      {brush && Math.abs(brush.to - brush.from) > CLICK && <Brush {...brush} height={height} />}
      {fault && <Notice kind="error">The curve cannot be drawn: {fault} Reload the page.</Notice>}
    </div>
  );
}

/** Keeps the chart drawn; gives why it cannot be. */
function useDrawing(
  timeline: TimelineModel,
  hosts: Record<"area" | "canvas", { current: HTMLDivElement | null }>,
  { shown, width, height }: { shown: Axis; width: number; height: number },
  { log, smoothing }: CurveChoice,
): string | null {
  const [chart, setChart] = useState<Chart | null>(null);
  const [fault, setFault] = useState<string | null>(null);
  const theme = useTheme();
  const version = timeline.dataChanges.version();
  const { area, canvas } = hosts;
  const colors = useRef<{ theme: number; read: CurveColors } | null>(null);

  // In the layout phase, both: an effect after painting would cost the first curve a frame each.
  useLayoutEffect(() => {
    const made = createChart(canvas.current!, log, (error) => setFault(error.message));
    setChart(made);
    return () => {
      setChart(null);
      made.dispose();
    };
  }, [canvas, log]);

  useLayoutEffect(() => {
    if (!chart || width === 0 || height === 0) return;
    const make = () => {
      const columns = timeline.rowsFor(shown.from, shown.to);
      return curveData(columns, timeline.state, shown, Math.round(width), { log, smoothing });
    };
    // To read them costs a layout: once for each theme, not at each step trained.
    if (colors.current?.theme !== theme) colors.current = { theme, read: colorsOf(area.current!) };
    chart.draw(make, { width, height }, colors.current.read);
  }, [chart, timeline, version, shown, width, height, theme, log, smoothing, area]);

  return fault;
}
