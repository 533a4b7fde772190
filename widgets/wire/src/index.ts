export { VIEWS_MODULE, WIRE_RANGE, WIRE_VERSION } from "./protocol/version.js";
export { MODEL_NAMES, VIEW_NAMES } from "./protocol/names.js";
export type {
  DashboardState,
  LibraryViewState,
  SnapshotViewState,
  TimelineViewState,
} from "./protocol/names.js";
export { bytesOf, type Binary } from "./protocol/binary.js";
export { LIMITS } from "./protocol/limits.js";
export { WireInvalid, type WireError } from "./protocol/error.js";
export { parseReply, type Reply, type ReplyDone, type ReplyFailed } from "./protocol/reply.js";
export { goesOn, RUN_STATUSES, type RunStatus, type WireRun } from "./timeline/run.js";
export {
  MARK_KINDS,
  parseTimelineState,
  type TimelineState,
  type WireMark,
  type WireSample,
  type WireSession,
} from "./timeline/state.js";
export type { WireProposal, WireReaching } from "./timeline/branching.js";
export type { WireStretch } from "./timeline/stretch.js";
export { parseTimelineAppend, type TimelineAppend } from "./timeline/messages.js";
export {
  parseTimelineRequest,
  TIMELINE_ACTIONS,
  type TimelineAction,
  type TimelineRequest,
} from "./timeline/requests.js";
export { parseActivityState, type ActivityState, type WireTraining } from "./activity/state.js";
export {
  LIBRARY_STATUSES,
  parseLibraryState,
  type LibraryState,
  type WireActive,
  type WireModel,
} from "./library/state.js";
export {
  LIBRARY_ACTIONS,
  parseLibraryRequest,
  type LibraryAction,
  type LibraryRequest,
} from "./library/messages.js";
export {
  parseSnapshotsState,
  SHOWN_KINDS,
  type SnapshotsState,
  type WireSnapshot,
} from "./snapshots/state.js";
export {
  parseSnapshotsAppend,
  parseSnapshotsRequest,
  type SnapshotsAppend,
  type SnapshotsRequest,
} from "./snapshots/messages.js";
export {
  decodeShown,
  encodeShown,
  type Shown,
  type ShownAttention,
  type ShownEmbeddings,
  type ShownHead,
  type ShownProbabilities,
} from "./snapshots/payload.js";
export { evenly, SNAPSHOT_BYTES, thinned } from "./snapshots/thin.js";
export { placesOn, principalAxes, type Axes } from "./snapshots/projection.js";
export { parseTreeState, type TreeState, type WireMerge, type WireNode } from "./tree/state.js";
export { treeRows, type TreeItem, type TreeRow } from "./tree/rows.js";
export {
  parseTreeNodes,
  parseTreeRequest,
  TREE_ACTIONS,
  type TreeAction,
  type TreeNodes,
  type TreeRequest,
} from "./tree/messages.js";
export {
  parseHistoryState,
  RUN_MODES,
  type HistoryState,
  type WireRunRow,
} from "./history/state.js";
export {
  parseCompareState,
  WEIGHTS_STATUSES,
  type CompareState,
  type WireDifference,
  type WireTensor,
  type WireWeights,
} from "./compare/state.js";
export {
  COMPARE_ACTIONS,
  MERGE_WAYS,
  parseCompareRequest,
  type CompareAction,
  type CompareRequest,
} from "./compare/messages.js";
export {
  parseReportMessage,
  parseReportRequest,
  REPORT_TARGET,
  type ReportMessage,
  type ReportRequest,
} from "./report/messages.js";
