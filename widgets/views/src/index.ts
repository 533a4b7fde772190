export { TimelineModel } from "./models/timeline-model.js";
export { ActivityModel } from "./models/activity-model.js";
export { SnapshotsModel } from "./models/snapshots-model.js";
export { CompareModel } from "./models/compare-model.js";
export { RunHistoryModel } from "./models/run-history-model.js";
export { SessionTreeModel } from "./models/session-tree-model.js";
export { LibraryModel } from "./models/library-model.js";
export {
  AttentionCinemaModel,
  DashboardModel,
  EmbeddingMapModel,
  LossCurveModel,
  ModelLibraryModel,
  ProbabilityTowerModel,
  ScrubBarModel,
  TextProgressModel,
} from "./models/view-models.js";
export { DashboardView } from "./dashboard/DashboardView.js";
export { LossCurveView } from "./loss-curve/LossCurveView.js";
export { ModelLibraryView } from "./model-library/ModelLibraryView.js";
export { ScrubBarView } from "./scrub-bar/ScrubBarView.js";
export { CompareView } from "./compare/CompareView.js";
export { RunHistoryView } from "./run-history/RunHistoryView.js";
export { SessionTreeView } from "./session-tree/SessionTreeView.js";
export { TextProgressView } from "./text-progress/TextProgressView.js";
export { AttentionCinemaView } from "./attention-cinema/AttentionCinemaView.js";
export { EmbeddingMapView } from "./embedding-map/EmbeddingMapView.js";
export { ProbabilityTowerView } from "./probability-tower/ProbabilityTowerView.js";
