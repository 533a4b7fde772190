export { TimelineModel } from "./models/timeline-model.js";
export { SessionTreeModel } from "./models/session-tree-model.js";
export { LibraryModel } from "./models/library-model.js";
export {
  DashboardModel,
  LossCurveModel,
  ModelLibraryModel,
  ScrubBarModel,
  TextProgressModel,
} from "./models/view-models.js";
export { DashboardView } from "./dashboard/DashboardView.js";
export { LossCurveView } from "./loss-curve/LossCurveView.js";
export { ModelLibraryView } from "./model-library/ModelLibraryView.js";
export { ScrubBarView } from "./scrub-bar/ScrubBarView.js";
export { SessionTreeView } from "./session-tree/SessionTreeView.js";
export { TextProgressView } from "./text-progress/TextProgressView.js";
