import type { ReactNode } from "react";
import { formatCount, formatSpeed } from "../format/numbers.js";
import { useLiveness, useData } from "../host/use-model.js";
import { ModelLibrary } from "../model-library/ModelLibrary.js";
import type { ActivityModel } from "../models/activity-model.js";
import type { LibraryModel } from "../models/library-model.js";
import type { TimelineModel } from "../models/timeline-model.js";
import { statusWord } from "../timeline/words.js";
import { RunControls } from "./RunControls.js";
import { TrainingBadge } from "./TrainingBadge.js";

/**
 * Which session is shown, how it is, what can be done with it, and what it runs on.
 *
 * @example <Header timeline={timeline} library={library} activity={activity} />
 */
export function Header(props: {
  timeline: TimelineModel;
  library: LibraryModel | null;
  activity: ActivityModel | null;
}): ReactNode {
  const { timeline, library, activity } = props;
  useData(timeline);
  const liveness = useLiveness(timeline);
  const { session, run, backend, summary } = timeline.state;
  const offline = liveness.live ? null : liveness.reason;
  const origin =
    session.parent_name && `from ${session.parent_name} at step ${formatCount(session.fork_step)}`;
  const speed =
    liveness.live && run?.status === "running" && run.steps_per_second !== null
      ? formatSpeed(run.steps_per_second)
      : null;
  return (
    <header className="fp-header">
      <div className="fp-header-line">
        <h3 className="fp-title">{session.name}</h3>
        <span
          className="fp-status"
          data-testid="fp-status"
          data-status={run?.status ?? "ready"}
          data-offline={!liveness.live}
        >
          {statusWord(run?.status, liveness.live)}
        </span>
        {origin && <span className="fp-quiet">{origin}</span>}
        <span className="fp-space" />
        <RunControls key={timeline.model_id} timeline={timeline} offline={offline} />
        {library && <ModelLibrary library={library} />}
      </div>
      <div className="fp-header-line fp-quiet">
        <span className="fp-summary" title={summary}>
          {summary}
        </span>
        <span className="fp-facts">
          {activity && <TrainingBadge activity={activity} live={liveness.live} />}
          {speed && (
            <span className="fp-speed" data-testid="fp-speed-now">
              {speed}
            </span>
          )}
          <span className="fp-backend">{backend}</span>
          {liveness.live && <span className="fp-connected">Connected</span>}
        </span>
      </div>
    </header>
  );
}
