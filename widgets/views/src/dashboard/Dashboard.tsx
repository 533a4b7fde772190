import type { ReactNode } from "react";
import { formatCount } from "../format/numbers.js";
import { Notice } from "../host/notice.js";
import { OfflineMark } from "../host/offline-mark.js";
import { useLiveness, useTimelineData } from "../host/use-model.js";
import { LossCurve } from "../loss-curve/LossCurve.js";
import { ModelLibrary } from "../model-library/ModelLibrary.js";
import type { LibraryModel } from "../models/library-model.js";
import type { RunHistoryModel } from "../models/run-history-model.js";
import type { SessionTreeModel } from "../models/session-tree-model.js";
import type { TimelineModel } from "../models/timeline-model.js";
import { RunHistory } from "../run-history/RunHistory.js";
import { ScrubBar } from "../scrub-bar/ScrubBar.js";
import { SessionTree } from "../session-tree/SessionTree.js";
import { TextProgress } from "../text-progress/TextProgress.js";
import { statusWord } from "../timeline/words.js";
import { RunControls } from "./RunControls.js";
import { RunProgress } from "./RunProgress.js";

/**
 * Everything about one session in one card.
 *
 * @example <Dashboard timeline={timeline} library={library} />
 */
export function Dashboard(props: {
  timeline: TimelineModel;
  library: LibraryModel | null;
  tree?: SessionTreeModel | null;
  history?: RunHistoryModel | null;
}): ReactNode {
  const { timeline, library, tree, history } = props;
  useTimelineData(timeline);
  const liveness = useLiveness(timeline);
  const { session, run, step, backend, summary } = timeline.state;
  const offline = liveness.live ? null : liveness.reason;
  const origin =
    session.parent_name && `from ${session.parent_name} at step ${formatCount(session.fork_step)}`;
  return (
    <article
      className="fp-dashboard"
      data-testid="fp-dashboard"
      aria-label={`Session ${session.name}`}
    >
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
          <RunControls timeline={timeline} offline={offline} />
          {library && <ModelLibrary library={library} />}
        </div>
        <div className="fp-header-line fp-quiet">
          <span className="fp-summary">{summary}</span>
          <span className="fp-space" />
          <span className="fp-backend">{backend}</span>
          {liveness.live && <span className="fp-connected">Connected</span>}
        </div>
      </header>
      <OfflineMark liveness={liveness} />
      {run?.error && (
        <Notice kind="error">
          <b>{run.error.code}</b> {run.error.message}
        </Notice>
      )}
      <RunProgress run={run} step={step} live={liveness.live} />
      <div className="fp-body">
        <div className="fp-time">
          <LossCurve timeline={timeline} />
          <ScrubBar timeline={timeline} />
        </div>
        <TextProgress timeline={timeline} />
      </div>
      {history && <RunHistory history={history} timeline={timeline} />}
      {tree && <SessionTree tree={tree} />}
    </article>
  );
}
