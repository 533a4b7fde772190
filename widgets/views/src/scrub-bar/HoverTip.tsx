import type { ReactNode } from "react";
import { formatCount, formatLoss } from "../format/numbers.js";
import type { TimelineModel } from "../models/timeline-model.js";
import { fractionOf } from "../timeline/axis.js";
import { nearMarks } from "./near-marks.js";

/** How near, as a fraction of the bar, a mark is to be named. */
const NEAR = 0.006;

/**
 * What is at the pointer: the step, its loss, and the marks near it. From what the page has.
 *
 * @example {hovered !== null && <HoverTip timeline={timeline} step={hovered} />}
 */
export function HoverTip(props: { timeline: TimelineModel; step: number }): ReactNode {
  const { timeline, step } = props;
  const { axis, state } = timeline;
  const loss = timeline.valueAt("train_loss", step);
  // Shifted by as much of its own width as there is of the bar to its left: whatever it says, it stays within.
  const percent = fractionOf(axis, step) * 100;
  const marks = nearMarks(state.marks, step, (axis.to - axis.from) * NEAR);
  return (
    <div
      className="fp-scrub-tip"
      data-testid="fp-scrub-tip"
      role="presentation"
      style={{ left: `${percent}%`, transform: `translateX(${-percent}%)` }}
    >
      <b>step {formatCount(step)}</b>
      {loss && ` · loss ${formatLoss(loss.value)}`}
      {marks.map((words) => (
        <span key={words} className="fp-scrub-tip-mark">
          {words}
        </span>
      ))}
    </div>
  );
}
