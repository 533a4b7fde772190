import { useState, type ReactNode } from "react";
import { formatCount } from "../format/numbers.js";
import type { TimelineModel } from "../models/timeline-model.js";

/**
 * Opens a new session at the step shown, with the same settings, and trains it. Any step will do:
 * the kernel makes those again that are not stored.
 *
 * @example <ResumeButton timeline={timeline} step={120} offline={null} />
 */
export function ResumeButton(props: {
  timeline: TimelineModel;
  step: number;
  offline: string | null;
}): ReactNode {
  const { timeline, step, offline } = props;
  const [asked, setAsked] = useState<number | null>(null);
  const [fault, setFault] = useState<string | null>(null);

  const resume = async (): Promise<void> => {
    setAsked(step);
    setFault(null);
    await timeline.resumeFrom(step).catch((error: Error) => setFault(error.message));
    setAsked(null);
  };

  return (
    <span className="fp-resume">
      {fault !== null && (
        <span className="fp-error" role="alert">
          {fault}
        </span>
      )}
      <button
        type="button"
        className="fp-button fp-resume-button"
        data-testid="fp-resume-button"
        disabled={asked !== null || offline !== null}
        title={offline ?? `Opens a new session at step ${formatCount(step)} and trains it`}
        onClick={() => void resume()}
      >
        {asked === null ? "Resume from here" : `Going back to step ${formatCount(asked)}…`}
      </button>
    </span>
  );
}
