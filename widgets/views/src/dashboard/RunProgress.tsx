import type { ReactNode } from "react";
import type { WireRun } from "@forkpoint/wire";
import { formatDuration } from "../format/duration.js";
import { formatCount, percentOf } from "../format/numbers.js";

/**
 * How far a run has come: a bar, the steps and the time left; nothing before the first run.
 *
 * @example <RunProgress run={state.run} step={state.step} live={liveness.live} />
 */
export function RunProgress(props: {
  run: WireRun | null;
  step: number;
  live: boolean;
}): ReactNode {
  const { run, step, live } = props;
  if (!run) return null;
  const moving = live && run.status === "running";
  const target = Math.max(run.target, step);
  const percent = percentOf(step, target);
  const facts = [
    `${percent}%`,
    moving && run.seconds_left !== null && `${formatDuration(run.seconds_left)} left`,
  ].filter((fact): fact is string => typeof fact === "string");
  return (
    <div className="fp-progress-row">
      <div
        className="fp-progress-bar"
        role="progressbar"
        aria-label="Steps trained"
        aria-valuemin={0}
        aria-valuemax={target}
        aria-valuenow={step}
      >
        <div
          className="fp-progress-filled"
          data-status={run.status}
          style={{ transform: `scaleX(${percent / 100})` }}
        />
      </div>
      <span className="fp-progress-text" data-testid="fp-progress">
        <b>{formatCount(step)}</b> of {formatCount(target)} steps
      </span>
      <span className="fp-quiet fp-progress-facts">{facts.join(" · ")}</span>
    </div>
  );
}
