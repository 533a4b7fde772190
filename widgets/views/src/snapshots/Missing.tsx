import type { ReactNode } from "react";
import { formatCount } from "../format/numbers.js";
import { Notice } from "../host/notice.js";
import type { SnapshotsModel } from "../models/snapshots-model.js";

/**
 * Why a view of snapshots has nothing to show at this step, in one sentence.
 *
 * @example <Missing snapshots={snapshots} first={steps[0]} what="attention" />
 */
export function Missing(props: {
  snapshots: SnapshotsModel | null;
  /** The first step that there is something of; none if left out. */
  first: number | undefined;
  what: string;
}): ReactNode {
  const { snapshots, first, what } = props;
  if (!snapshots) {
    return (
      <Notice kind="error">
        This view is of another version of Forkpoint. Run the cell again.
      </Notice>
    );
  }
  const { reason, status } = snapshots.state;
  if (snapshots.problem) return <Notice kind="error">{snapshots.problem.message}</Notice>;
  if (first !== undefined) {
    return (
      <Notice kind="empty">
        No {what} at or before this step: the first is of step {formatCount(first)}.
      </Notice>
    );
  }
  if (reason !== null) return <Notice kind="empty">{reason}</Notice>;
  if (status === "loading") return <Notice kind="empty">Reading what was recorded…</Notice>;
  return <Notice kind="empty">No {what} yet: recorded at evaluations while training.</Notice>;
}
