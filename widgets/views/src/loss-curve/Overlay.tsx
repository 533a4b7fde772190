import type { ReactNode } from "react";
import { formatCount } from "../format/numbers.js";
import { useCursor } from "../host/use-model.js";
import type { TimelineModel } from "../models/timeline-model.js";
import { fractionOf, type Axis } from "../timeline/axis.js";
import { inheritedUntil } from "../timeline/gaps.js";
import { PADDING } from "./spec.js";

/** Where the plot lies, and what it shows. */
export interface PlotPlace {
  shown: Axis;
  width: number;
  height: number;
}

function xOf({ shown, width }: PlotPlace, step: number): number {
  return PADDING.left + fractionOf(shown, step) * width;
}

/**
 * The dashed line at the step shown. Moving it draws no chart.
 *
 * @example <Crosshair timeline={timeline} place={{ shown: timeline.axis, width, height }} />
 */
export function Crosshair(props: { timeline: TimelineModel; place: PlotPlace }): ReactNode {
  const { timeline, place } = props;
  useCursor(timeline);
  const { shownStep } = timeline;
  const { shown, width, height } = place;
  if (shownStep === null || shownStep < shown.from || shownStep > shown.to) return null;
  const x = xOf(place, shownStep);
  return (
    <div
      className="fp-crosshair"
      data-testid="fp-crosshair"
      data-side={x > PADDING.left + width / 2 ? "left" : "right"}
      style={{ transform: `translateX(${x}px)`, top: PADDING.top, height }}
    >
      <div className="fp-crosshair-words">
        <span className="fp-crosshair-label">{formatCount(shownStep)}</span>
      </div>
    </div>
  );
}

/**
 * Dims what the session inherited, and says from whom.
 *
 * @example <Inherited timeline={timeline} place={place} />
 */
export function Inherited(props: { timeline: TimelineModel; place: PlotPlace }): ReactNode {
  const { timeline, place } = props;
  const { stretches, session } = timeline.state;
  const until = inheritedUntil(stretches);
  if (until === null || until <= place.shown.from) return null;
  const wide = xOf(place, until) - PADDING.left;
  return (
    <div
      className="fp-inherited"
      data-testid="fp-inherited"
      style={{ left: PADDING.left, top: PADDING.top, width: wide, height: place.height }}
    >
      {wide > 90 && (
        <span className="fp-inherited-label">inherited from {session.parent_name ?? "parent"}</span>
      )}
    </div>
  );
}

/**
 * What is being brushed, in pixels of the plot.
 *
 * @example {brush && <Brush {...brush} height={height} />}
 */
export function Brush(props: { from: number; to: number; height: number }): ReactNode {
  const { from, to, height } = props;
  const left = Math.min(from, to);
  return (
    <div
      className="fp-brush"
      style={{ left, top: PADDING.top, width: Math.abs(to - from), height }}
    />
  );
}
