import { useState, type ReactNode } from "react";
import type { TimelineModel } from "../models/timeline-model.js";

type Action = "pause" | "continue" | "stop";

/**
 * Pause, continue and stop for the run of now; nothing when no run can be acted on.
 *
 * @example <RunControls timeline={timeline} offline={null} />
 */
export function RunControls(props: { timeline: TimelineModel; offline: string | null }): ReactNode {
  const { timeline, offline } = props;
  const [asked, setAsked] = useState<Action | null>(null);
  const [fault, setFault] = useState<string | null>(null);
  const status = timeline.state.run?.status;
  if (status !== "running" && status !== "paused") return null;

  const act = async (action: Action): Promise<void> => {
    setAsked(action);
    setFault(null);
    await timeline.control(action).catch((error: Error) => setFault(error.message));
    setAsked(null);
  };
  const button = (action: Action, label: string): ReactNode => (
    <button
      type="button"
      className="fp-button"
      data-testid={`fp-${action}`}
      disabled={asked !== null || offline !== null}
      title={offline ?? undefined}
      onClick={() => void act(action)}
    >
      {asked === action ? `${label}…` : label}
    </button>
  );
  return (
    <span className="fp-controls">
      {status === "running" ? button("pause", "Pause") : button("continue", "Continue")}
      {button("stop", "Stop")}
      {fault && <span className="fp-error">{fault}</span>}
    </span>
  );
}
