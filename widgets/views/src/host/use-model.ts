import type { WidgetModel } from "@jupyter-widgets/base";
import { useCallback, useSyncExternalStore } from "react";
import type { CompareModel } from "../models/compare-model.js";
import type { ForkpointModel } from "../models/forkpoint-model.js";
import type { LibraryModel } from "../models/library-model.js";
import type { Liveness } from "../models/liveness.js";
import type { SnapshotsModel } from "../models/snapshots-model.js";
import type { RunHistoryModel } from "../models/run-history-model.js";
import type { SessionTreeModel } from "../models/session-tree-model.js";
import type { TimelineModel } from "../models/timeline-model.js";

/**
 * Renders again when the timeline's steps, run, samples or marks change.
 *
 * @example useTimelineData(timeline); return <b>{timeline.state.step}</b>;
 */
export function useTimelineData(timeline: TimelineModel): void {
  const { subscribe, version } = timeline.dataChanges;
  useSyncExternalStore(subscribe, version);
}

/**
 * Renders again when the step to show changes.
 *
 * @example useCursor(timeline); return <b>{timeline.shownStep ?? "Live"}</b>;
 */
export function useCursor(timeline: TimelineModel): void {
  const { subscribe, version } = timeline.cursorChanges;
  useSyncExternalStore(subscribe, version);
}

/**
 * Renders again when the library changes.
 *
 * @example useLibraryData(library); return <b>{library.state.models.length}</b>;
 */
export function useLibraryData(library: LibraryModel): void {
  const { subscribe, version } = library.dataChanges;
  useSyncExternalStore(subscribe, version);
}

/**
 * Renders again when there are new snapshots, or another prompt or status.
 *
 * @example useSnapshotData(snapshots); return <b>{snapshots.state.prompt}</b>;
 */
export function useSnapshotData(snapshots: SnapshotsModel): void {
  const { subscribe, version } = snapshots.dataChanges;
  useSyncExternalStore(subscribe, version);
}

/**
 * Renders again when the tree or its selection changes.
 *
 * @example useTreeData(tree); return <b>{tree.state.sessions.length}</b>;
 */
export function useTreeData(tree: SessionTreeModel): void {
  const { subscribe, version } = tree.dataChanges;
  useSyncExternalStore(subscribe, version);
}

/**
 * Renders again when the runs of a history change.
 *
 * @example useHistoryData(history); return <b>{history.runs.length}</b>;
 */
export function useHistoryData(history: RunHistoryModel): void {
  const { subscribe, version } = history.dataChanges;
  useSyncExternalStore(subscribe, version);
}

/**
 * Renders again when a comparison changes.
 *
 * @example useCompareData(compare); return <b>{compare.state.weights.status}</b>;
 */
export function useCompareData(compare: CompareModel): void {
  const { subscribe, version } = compare.dataChanges;
  useSyncExternalStore(subscribe, version);
}

/**
 * Whether a kernel stands behind a model, now and as it changes.
 *
 * @example const liveness = useLiveness(timeline); <button disabled={!liveness.live} />
 */
export function useLiveness(model: ForkpointModel): Liveness {
  const { subscribe, version } = model.liveChanges;
  useSyncExternalStore(subscribe, version);
  return model.liveness;
}

/**
 * An attribute of a widget model, now and as it changes: another model it refers to, for one.
 *
 * @example const timeline = useAttribute(model, "timeline");
 */
export function useAttribute(model: WidgetModel, key: string): unknown {
  const subscribe = useCallback(
    (listener: () => void) => {
      model.on(`change:${key}`, listener);
      return () => model.off(`change:${key}`, listener);
    },
    [model, key],
  );
  return useSyncExternalStore(subscribe, () => model.get(key) as unknown);
}
