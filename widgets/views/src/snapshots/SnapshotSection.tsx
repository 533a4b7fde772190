import type { ReactNode } from "react";
import { OfflineMark } from "../host/offline-mark.js";
import { useCursor, useData, useLiveness } from "../host/use-model.js";
import type { SnapshotsModel } from "../models/snapshots-model.js";
import type { TimelineModel } from "../models/timeline-model.js";
import { Missing } from "./Missing.js";

/** What every view of snapshots is given. */
export interface SnapshotViewProps {
  timeline: TimelineModel;
  snapshots: SnapshotsModel | null;
  alone?: boolean;
}

/**
 * The frame of a view of snapshots: marked where no kernel stands behind it, and a sentence where the page
 * has no snapshots. `children` is rendered with those it has.
 *
 * @example <SnapshotSection {...props} className="fp-map" testid="fp-embedding-map" label="Embeddings" what="embeddings">{show}</SnapshotSection>
 */
export function SnapshotSection(
  props: SnapshotViewProps & {
    className: string;
    testid: string;
    label: string;
    what: Parameters<typeof Missing>[0]["what"];
    children: (snapshots: SnapshotsModel) => ReactNode;
  },
): ReactNode {
  const { timeline, snapshots, alone = false, what } = props;
  const liveness = useLiveness(timeline);
  return (
    <section className={props.className} data-testid={props.testid} aria-label={props.label}>
      {alone && <OfflineMark liveness={liveness} />}
      {snapshots ? (
        props.children(snapshots)
      ) : (
        <Missing snapshots={null} first={undefined} what={what} />
      )}
    </section>
  );
}

/** Renders again when the step to show, the timeline or its snapshots change. @example useShown(timeline, snapshots) */
export function useShown(timeline: TimelineModel, snapshots: SnapshotsModel): void {
  useData(timeline);
  useData(snapshots);
  useCursor(timeline);
}
