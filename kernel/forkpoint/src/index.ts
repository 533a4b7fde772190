export { adamW, corpus, defineModel, examples, microGPT, open } from "@forkpoint/training";
export type {
  CorpusDescription,
  ExamplesDescription,
  HandWritten,
  HandWrittenModel,
  LossContext,
  MetricRow,
  MicroGptConfig,
  ModelDescription,
  ModelLibrary,
  OpenOptions,
  OptimizerDescription,
  Run,
  Session,
  SessionDiff,
  SessionOptions,
  Snapshot,
  SnapshotChoice,
  SnapshotOptions,
  TrainingStore,
} from "@forkpoint/training";
export { dashboard } from "./views/dashboard.js";
export {
  attentionCinema,
  compare,
  embeddingMap,
  lossCurve,
  modelLibrary,
  probabilityTower,
  runHistory,
  scrubBar,
  sessionTree,
  textProgress,
} from "./views/session-views.js";
export type { View } from "./views/view.js";
export { Widget } from "@forkpoint/jupyter";
export type { WidgetOptions } from "@forkpoint/jupyter";
export { settled } from "./kernel/settled.js";
