import { useEffect, useRef, useState, type PointerEvent, type ReactNode } from "react";
import { formatCount, formatLoss } from "../format/numbers.js";
import { Notice } from "../host/notice.js";
import { OfflineMark } from "../host/offline-mark.js";
import { useFrame } from "../host/use-frame.js";
import { useCursor, useLiveness, useTimelineData } from "../host/use-model.js";
import { useSize } from "../host/use-size.js";
import type { TimelineModel } from "../models/timeline-model.js";
import { fractionOf, stepAt } from "../timeline/axis.js";
import { downsample, extent } from "../timeline/downsample.js";
import { nearestStep } from "../timeline/places.js";
import { valueAt } from "../timeline/search.js";
import { emptySentence } from "../timeline/words.js";
import { createChart, type Chart } from "./chart.js";
import { colorsOf, useTheme } from "./colors.js";
import { PADDING } from "./spec.js";

/**
 * Training and validation loss over the steps, with a crosshair at the step shown. The crosshair is
 * an overlay: moving it draws no chart. While Live, hovering previews a step in every view; a click
 * stays there.
 *
 * @example <LossCurve timeline={timeline} />
 */
export function LossCurve(props: { timeline: TimelineModel; alone?: boolean }): ReactNode {
  const { timeline, alone = false } = props;
  useTimelineData(timeline);
  const liveness = useLiveness(timeline);
  return (
    <section className="fp-curve" data-testid="fp-loss-curve" aria-label="Loss">
      {alone && <OfflineMark liveness={liveness} />}
      <Legend timeline={timeline} />
      {timeline.columns.length === 0 ? (
        <Notice kind="empty">{emptySentence(timeline.state.run, liveness.live)}</Notice>
      ) : (
        <Plot timeline={timeline} />
      )}
    </section>
  );
}

function Legend(props: { timeline: TimelineModel }): ReactNode {
  const { timeline } = props;
  useCursor(timeline);
  const { columns, shownStep } = timeline;
  if (columns.length === 0) {
    return (
      <div className="fp-legend">
        <span className="fp-legend-title">Loss</span>
      </div>
    );
  }
  const step = shownStep ?? timeline.axis.to;
  const train = valueAt(columns, "train_loss", step);
  const validation = valueAt(columns, "validation_loss", step);
  return (
    <div className="fp-legend">
      <span className="fp-legend-title">Loss</span>
      <span className="fp-legend-entry" data-series="train">
        train <b>{train ? formatLoss(train.value) : "–"}</b>
      </span>
      <span className="fp-legend-entry" data-series="validation">
        validation <b>{validation ? formatLoss(validation.value) : "–"}</b>
        {validation && validation.step !== step && (
          <span className="fp-quiet"> at step {formatCount(validation.step)}</span>
        )}
      </span>
    </div>
  );
}

function Plot(props: { timeline: TimelineModel }): ReactNode {
  const { timeline } = props;
  const area = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLDivElement>(null);
  const [chart, setChart] = useState<Chart | null>(null);
  const [fault, setFault] = useState<string | null>(null);
  const size = useSize(area);
  const theme = useTheme();
  const frame = useFrame();
  const version = timeline.dataChanges.version();
  const width = Math.max(0, size.width - PADDING.left - PADDING.right);
  const height = Math.max(0, size.height - PADDING.top - PADDING.bottom);

  useEffect(() => {
    let gone = false;
    let made: Chart | null = null;
    createChart(canvas.current!).then(
      (created) => {
        made = created;
        if (gone) created.dispose();
        else setChart(created);
      },
      (error: Error) => setFault(error.message),
    );
    return () => {
      gone = true;
      made?.dispose();
    };
  }, []);

  useEffect(() => {
    if (!chart || width === 0 || height === 0) return;
    const { columns, axis } = timeline;
    const train = downsample(columns, "train_loss", axis.from, axis.to, width);
    const validation = downsample(columns, "validation_loss", axis.from, axis.to, width);
    const [low, high] = extent([...train, ...validation], 0.05);
    // A single step has no extent to draw on.
    const to = Math.max(axis.to, axis.from + 1);
    const data = { from: axis.from, to, low, high, train, validation };
    chart.draw(data, { width, height }, colorsOf(area.current!));
  }, [chart, timeline, version, width, height, theme]);

  const stepUnder = (event: PointerEvent<HTMLDivElement>): number | null => {
    const { left } = event.currentTarget.getBoundingClientRect();
    const fraction = (event.clientX - left - PADDING.left) / (width || 1);
    return nearestStep(timeline.columns, stepAt(timeline.axis, fraction));
  };
  const hover = (event: PointerEvent<HTMLDivElement>): void => {
    // A finger has no hover: it would preview and at once stay there.
    if (event.pointerType !== "mouse") return;
    const step = stepUnder(event);
    frame.run(() => timeline.preview(step));
  };
  const choose = (event: PointerEvent<HTMLDivElement>): void => {
    if (event.button !== 0) return;
    frame.cancel();
    const step = stepUnder(event);
    timeline.show(step === null || step >= timeline.axis.to ? null : step);
  };
  const leave = (): void => {
    frame.cancel();
    timeline.preview(null);
  };

  return (
    <div
      className="fp-plot"
      ref={area}
      onPointerMove={hover}
      onPointerLeave={leave}
      onPointerUp={choose}
    >
      <div
        className="fp-plot-canvas"
        ref={canvas}
        role="img"
        aria-label="Curve of the loss over steps"
      />
      <Crosshair timeline={timeline} width={width} height={height} />
      {fault && <Notice kind="error">The curve cannot be drawn: {fault} Reload the page.</Notice>}
    </div>
  );
}

function Crosshair(props: { timeline: TimelineModel; width: number; height: number }): ReactNode {
  const { timeline, width, height } = props;
  useCursor(timeline);
  const { shownStep, axis } = timeline;
  if (shownStep === null) return null;
  const x = PADDING.left + fractionOf(axis, shownStep) * width;
  const side = x > PADDING.left + width / 2 ? "left" : "right";
  return (
    <div
      className="fp-crosshair"
      data-testid="fp-crosshair"
      data-side={side}
      style={{ transform: `translateX(${x}px)`, top: PADDING.top, height }}
    >
      <span className="fp-crosshair-label">{formatCount(shownStep)}</span>
    </div>
  );
}
