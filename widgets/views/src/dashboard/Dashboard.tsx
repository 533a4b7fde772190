import type { ReactNode } from "react";
import { AttentionCinema } from "../attention-cinema/AttentionCinema.js";
import { EmbeddingMap } from "../embedding-map/EmbeddingMap.js";
import { Header } from "../header/Header.js";
import { Notice } from "../host/notice.js";
import { OfflineMark } from "../host/offline-mark.js";
import { useLiveness, useData } from "../host/use-model.js";
import { LossCurve } from "../loss-curve/LossCurve.js";
import type { ActivityModel } from "../models/activity-model.js";
import type { LibraryModel } from "../models/library-model.js";
import type { SnapshotsModel } from "../models/snapshots-model.js";
import type { TimelineModel } from "../models/timeline-model.js";
import { ProbabilityTower } from "../probability-tower/ProbabilityTower.js";
import type { RunHistoryModel } from "../models/run-history-model.js";
import type { SessionTreeModel } from "../models/session-tree-model.js";
import { RunHistory } from "../run-history/RunHistory.js";
import { ScrubBar } from "../scrub-bar/ScrubBar.js";
import { SessionTree } from "../session-tree/SessionTree.js";
import { TextProgress } from "../text-progress/TextProgress.js";
import { RunProgress } from "./RunProgress.js";
import { Section } from "./Section.js";

/**
 * Everything about one session in one card. Of another session, what shows the one is made anew; the header, the
 * sections and the tree in them stay, and the keyboard's place with them.
 *
 * @example <Dashboard timeline={timeline} library={library} activity={activity} />
 */
export function Dashboard(props: {
  timeline: TimelineModel;
  library: LibraryModel | null;
  activity: ActivityModel | null;
  snapshots: SnapshotsModel | null;
  tree: SessionTreeModel | null;
  history: RunHistoryModel | null;
}): ReactNode {
  const { timeline, library, activity, snapshots, tree, history } = props;
  const of = timeline.model_id;
  return (
    <Card timeline={timeline}>
      <Header timeline={timeline} library={library} activity={activity} />
      <RunNow timeline={timeline} />
      <div key={of} className="fp-body">
        <div className="fp-time">
          <LossCurve timeline={timeline} />
          <ScrubBar timeline={timeline} />
        </div>
        <TextProgress timeline={timeline} snapshots={snapshots} />
      </div>
      <div className="fp-sections">
        {snapshots && (
          <>
            <Section id="probabilities" title="Next token" startsOpen of={of}>
              <ProbabilityTower timeline={timeline} snapshots={snapshots} />
            </Section>
            <Section id="attention" title="Attention" of={of}>
              <AttentionCinema timeline={timeline} snapshots={snapshots} />
            </Section>
            <Section id="embeddings" title="Embeddings" of={of}>
              <EmbeddingMap timeline={timeline} snapshots={snapshots} />
            </Section>
          </>
        )}
        {tree && (
          <Section id="sessions" title="Sessions">
            <SessionTree tree={tree} />
          </Section>
        )}
        {history && (
          <Section id="runs" title="Runs" of={of}>
            <RunHistory history={history} timeline={timeline} />
          </Section>
        )}
      </div>
    </Card>
  );
}

/** What holds the views is no reason to make them anew: each hears of what it shows by itself. */
function Card({ timeline, children }: { timeline: TimelineModel; children: ReactNode }): ReactNode {
  useData(timeline);
  return (
    <article
      className="fp-dashboard"
      data-testid="fp-dashboard"
      aria-label={`Session ${timeline.state.session.name}`}
    >
      {children}
    </article>
  );
}

function RunNow({ timeline }: { timeline: TimelineModel }): ReactNode {
  useData(timeline);
  const liveness = useLiveness(timeline);
  const { run, step } = timeline.state;
  return (
    <>
      <OfflineMark liveness={liveness} />
      {run?.error && (
        <Notice kind="error">
          <b>{run.error.code}</b> {run.error.message}
        </Notice>
      )}
      <RunProgress run={run} step={step} live={liveness.live} />
    </>
  );
}
