import { memo, useState, type ReactNode } from "react";
import { formatCount, percentOf } from "../format/numbers.js";
import { useData } from "../host/use-model.js";
import type { TimelineModel } from "../models/timeline-model.js";

/**
 * How far a step is that is being made again, with a way out; nothing while none is.
 *
 * @example <Reaching timeline={timeline} />
 */
export const Reaching = memo(function Reaching(props: { timeline: TimelineModel }): ReactNode {
  const { timeline } = props;
  useData(timeline);
  const [asked, setAsked] = useState(false);
  const { reaching } = timeline.state;
  if (!reaching) return null;
  const { from, to, step } = reaching;
  const percent = percentOf(step - from, to - from);

  const cancel = async (): Promise<void> => {
    setAsked(true);
    // What is cancelled says so itself; what cannot be asked is gone with its kernel.
    await timeline.cancelBranch().catch(() => undefined);
    setAsked(false);
  };
  return (
    <div className="fp-reaching" data-testid="fp-reaching">
      <div
        className="fp-progress-bar"
        role="progressbar"
        aria-label={`Making step ${formatCount(to)} again`}
        aria-valuemin={from}
        aria-valuemax={to}
        aria-valuenow={step}
      >
        <div
          className="fp-progress-filled"
          data-status="completed"
          style={{ transform: `scaleX(${percent / 100})` }}
        />
      </div>
      <span>
        Making step {formatCount(to)} again from {formatCount(from)}, and checking each:{" "}
        <b>{formatCount(step)}</b>
      </span>
      <button
        type="button"
        className="fp-button"
        data-testid="fp-reaching-cancel"
        disabled={asked}
        onClick={() => void cancel()}
      >
        Cancel
      </button>
    </div>
  );
});
