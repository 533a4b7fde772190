export { VIEWS_MODULE, WIRE_RANGE, WIRE_VERSION } from "./protocol/version.js";
export { MODEL_NAMES, VIEW_NAMES } from "./protocol/names.js";
export type { DashboardState, LibraryViewState, TimelineViewState } from "./protocol/names.js";
export { bytesOf, type Binary } from "./protocol/binary.js";
export { LIMITS } from "./protocol/limits.js";
export { WireInvalid, type WireError } from "./protocol/error.js";
export { parseReply, type Reply, type ReplyDone, type ReplyFailed } from "./protocol/reply.js";
export { RUN_STATUSES, type RunStatus, type WireRun } from "./timeline/run.js";
export {
  MARK_KINDS,
  parseTimelineState,
  type TimelineState,
  type WireMark,
  type WireSample,
  type WireSession,
} from "./timeline/state.js";
export {
  parseTimelineAppend,
  parseTimelineRequest,
  TIMELINE_ACTIONS,
  type TimelineAppend,
  type TimelineRequest,
} from "./timeline/messages.js";
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
  parseReportMessage,
  parseReportRequest,
  REPORT_TARGET,
  type ReportMessage,
  type ReportRequest,
} from "./report/messages.js";
