/** `_model_name` of every model. */
export const MODEL_NAMES = {
  timeline: "TimelineModel",
  library: "LibraryModel",
  activity: "ActivityModel",
  scrubBar: "ScrubBarModel",
  lossCurve: "LossCurveModel",
  textProgress: "TextProgressModel",
  snapshots: "SnapshotsModel",
  probabilityTower: "ProbabilityTowerModel",
  attentionCinema: "AttentionCinemaModel",
  embeddingMap: "EmbeddingMapModel",
  modelLibrary: "ModelLibraryModel",
  dashboard: "DashboardModel",
  sessionTree: "SessionTreeModel",
  runHistory: "RunHistoryModel",
  compare: "CompareModel",
} as const;

/** `_view_name` of every view. */
export const VIEW_NAMES = {
  scrubBar: "ScrubBarView",
  lossCurve: "LossCurveView",
  textProgress: "TextProgressView",
  probabilityTower: "ProbabilityTowerView",
  attentionCinema: "AttentionCinemaView",
  embeddingMap: "EmbeddingMapView",
  modelLibrary: "ModelLibraryView",
  dashboard: "DashboardView",
  sessionTree: "SessionTreeView",
  runHistory: "RunHistoryView",
  compare: "CompareView",
} as const;

/** State of the models behind ScrubBar, LossCurve and TextProgress. */
export interface TimelineViewState {
  /** `IPY_MODEL_<id>` of a TimelineModel */
  timeline: string;
  /** text form for tools without widgets */
  text: string;
}

/** State of the models behind TextProgress, ProbabilityTower, AttentionCinema and EmbeddingMap. */
export interface SnapshotViewState extends TimelineViewState {
  /** `IPY_MODEL_<id>` of a SnapshotsModel */
  snapshots: string;
}

/** State of the model behind ModelLibrary. */
export interface LibraryViewState {
  /** `IPY_MODEL_<id>` of a LibraryModel */
  library: string;
  text: string;
}

/** State of the model behind Dashboard. The kernel may set another timeline: the view follows. */
export interface DashboardState {
  timeline: string;
  snapshots: string;
  library: string;
  /** `IPY_MODEL_<id>` of the kernel's ActivityModel */
  activity: string;
  /** `IPY_MODEL_<id>` of a SessionTreeModel */
  tree: string;
  /** `IPY_MODEL_<id>` of a RunHistoryModel */
  history: string;
  text: string;
}
