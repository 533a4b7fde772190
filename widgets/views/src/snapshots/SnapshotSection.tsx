import { useRef, type ReactNode, type RefObject } from "react";
import { OfflineMark } from "../host/offline-mark.js";
import { useCursorInTurn, useData, useLiveness } from "../host/use-model.js";
import type { SnapshotsModel } from "../models/snapshots-model.js";
import type { TimelineModel } from "../models/timeline-model.js";
import type { Held, HeldSnapshot } from "./held.js";
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
    children: (snapshots: SnapshotsModel, root: RefObject<HTMLElement | null>) => ReactNode;
  },
): ReactNode {
  const { timeline, snapshots, alone = false, what } = props;
  const liveness = useLiveness(timeline);
  const root = useRef<HTMLElement>(null);
  return (
    <section
      ref={root}
      className={props.className}
      data-testid={props.testid}
      aria-label={props.label}
    >
      {alone && <OfflineMark liveness={liveness} />}
      {snapshots ? (
        props.children(snapshots, root)
      ) : (
        <Missing snapshots={null} first={undefined} what={what} />
      )}
    </section>
  );
}

/** What a view of snapshots follows. */
export interface Followed {
  timeline: TimelineModel;
  snapshots: SnapshotsModel;
  /** what the view stands in */
  root: RefObject<HTMLElement | null>;
}

/**
 * The place, among those of a kind that the page has, of the snapshot to show; -1 where there is none. Renders
 * again when it is another, or the snapshots change.
 *
 * @param find lastItemAtOrBefore, or nearestItem where the nearest is shown
 * @example const at = useShown(props, "attention", lastItemAtOrBefore);
 */
export function useShown(
  { timeline, snapshots, root }: Followed,
  kind: keyof Held,
  find: (items: HeldSnapshot[], step: number) => number,
): number {
  useData(snapshots);
  return useCursorInTurn(timeline, root, () =>
    find(snapshots.held[kind], timeline.shownStep ?? Infinity),
  );
}
