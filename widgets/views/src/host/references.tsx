import type { WidgetModel } from "@jupyter-widgets/base";
import { Fragment, type ReactNode } from "react";
import { LibraryModel } from "../models/library-model.js";
import { SnapshotsModel } from "../models/snapshots-model.js";
import { TimelineModel } from "../models/timeline-model.js";
import { Notice } from "./notice.js";
import { useAttribute, useData } from "./use-model.js";

/**
 * Renders `children` with the timeline a view's model refers to, and anew with another.
 *
 * @param props.lasting of another timeline the children are told, not made anew
 * @example <WithTimeline model={model}>{(timeline) => <ScrubBar timeline={timeline} />}</WithTimeline>
 */
export function WithTimeline(props: {
  model: WidgetModel;
  lasting?: boolean;
  children: (timeline: TimelineModel) => ReactNode;
}): ReactNode {
  const timeline = useAttribute(props.model, "timeline");
  if (!(timeline instanceof TimelineModel)) {
    return <Notice kind="error">This view has no timeline. Run the cell again to make one.</Notice>;
  }
  return (
    <Fragment key={props.lasting ? undefined : timeline.model_id}>
      <Problem timeline={timeline} />
      {props.children(timeline)}
    </Fragment>
  );
}

/** By itself: what is sent while training is no reason to make the views below anew. */
function Problem({ timeline }: { timeline: TimelineModel }): ReactNode {
  useData(timeline);
  return timeline.problem && <Notice kind="error">{timeline.problem.message}</Notice>;
}

/**
 * Renders `children` with the timeline a view's model refers to, and what its steps show beside numbers;
 * null where the kernel names none.
 *
 * @example <WithSnapshots model={model}>{(timeline, snapshots) => …}</WithSnapshots>
 */
export function WithSnapshots(props: {
  model: WidgetModel;
  lasting?: boolean;
  children: (timeline: TimelineModel, snapshots: SnapshotsModel | null) => ReactNode;
}): ReactNode {
  const found = useAttribute(props.model, "snapshots");
  const snapshots = found instanceof SnapshotsModel ? found : null;
  return (
    <WithTimeline model={props.model} lasting={props.lasting ?? false}>
      {(timeline) => props.children(timeline, snapshots)}
    </WithTimeline>
  );
}

/**
 * Renders `children` with the library a view's model refers to.
 *
 * @example <WithLibrary model={model}>{(library) => <ModelLibrary library={library} />}</WithLibrary>
 */
export function WithLibrary(props: {
  model: WidgetModel;
  children: (library: LibraryModel) => ReactNode;
}): ReactNode {
  const library = useAttribute(props.model, "library");
  return library instanceof LibraryModel ? props.children(library) : null;
}
