export { attachStore, openStore } from "./store.js";
export type { SqlQuery, Store } from "./store.js";
export { findStore } from "./folder/search.js";
export type { OpenOptions } from "./folder/front-gate.js";

export type { SessionAttributes, SessionRow } from "./catalog/sessions.js";
export type { RunMode, RunRow, RunStatus } from "./catalog/runs.js";
export type { TimelinePart } from "./catalog/timeline.js";
export type { CheckpointRow, CheckpointTrigger } from "./catalog/checkpoints.js";
export type { NearestCheckpoint } from "./catalog/nearest.js";
export type { ModelRow } from "./catalog/models.js";
export type { EventRow } from "./catalog/events.js";
export type { Trash } from "./trash/front.js";
export type { TrashFilter, TrashItem, TrashKind, TrashRow } from "./trash/entries.js";
export type { Purged } from "./trash/purge.js";
export type { TrashRetention } from "./trash/retention.js";
export type { SessionHolder } from "./lease/holder.js";
export type { SampleRow, SnapshotRange } from "./snapshots/read.js";
export { attentionWeights, quantiseAttention } from "./snapshots/snapshot.js";
export type {
  AttentionPayload,
  Candidate,
  EmbeddingsPayload,
  NewSnapshot,
  ProbabilitiesPayload,
  SamplePayload,
  Snapshot,
  SnapshotKind,
  SnapshotPayload,
} from "./snapshots/snapshot.js";
export type { LoggedRow } from "./metrics/log-values.js";
export type { StepRange } from "./metrics/along.js";
export { downsample } from "./metrics/downsample.js";
export type { Curve } from "./metrics/downsample.js";

export type {
  EventInput,
  NameMove,
  RunEnd,
  RunInput,
  SessionInput,
  StoreWriter,
} from "./writer/writer.js";
export type { AnsweredSave, NewCheckpoint, SavedCheckpoint } from "./tensors/save.js";
export type { TensorSlice } from "./tensors/pack.js";
export type { Collected, CollectOptions, Thinned } from "./tensors/collection.js";
export type { KeyframeBudget } from "./tensors/keyframe-spacing.js";
export type { Keyframes } from "./catalog/keyframes.js";
export type { Manifest, ManifestTensor } from "./tensors/manifest.js";
export type { RestoredState, TensorSpace } from "./tensors/restore.js";

export { verify } from "./verify/verify.js";
export type { VerifyOptions } from "./verify/verify.js";
export type { Fault, Part, VerifyProgress, VerifyReport } from "./verify/report.js";
export type { SqlCell, SqlRecord } from "./sql/record.js";
export type { SqlOptions, SqlValue } from "./sql/sql.js";

export { exportBundle } from "./exchange/bundle-out.js";
export type { Bundle } from "./exchange/bundle-out.js";
export { importBundle } from "./exchange/bundle-in.js";
export { exportModel } from "./exchange/model-out.js";
export type { ModelAbout } from "./exchange/model-out.js";
export { importModel } from "./exchange/model-in.js";
export type { ImportedModel } from "./exchange/model-in.js";
export { exportArtifacts } from "./exchange/artifacts-out.js";
export { importArtifacts } from "./exchange/artifacts-in.js";
export type { TakenArtifacts } from "./exchange/artifacts-in.js";
export type { Taken } from "./exchange/history.js";

export { faultOf, recordFile, sha256File } from "./addon/loaded-file.js";
export type { LoadedFile } from "./addon/loaded-file.js";
export {
  addonFlags,
  cacheFolder,
  compileSource,
  inspectCompiled,
  loadCompiled,
  sourceDigest,
} from "./addon/compiled-addon.js";
export type { AddonSource, AddonState } from "./addon/compiled-addon.js";
export { faultOfRun } from "./addon/run-program.js";
export { compileStoreAddon, inspectStoreAddon } from "./addon/store-addon.js";
export { sha256 } from "./hashing/digests.js";
export { stateDigest } from "./tensors/state.js";
export { stateMemory } from "./tensors/state-memory.js";
export type { DigestibleTensor, StateInput, TensorType } from "./tensors/state.js";

export { StoreError } from "./errors/store-error.js";
export type { ErrorData } from "./errors/store-error.js";
export * from "./errors/folder-errors.js";
export * from "./errors/entry-errors.js";
export * from "./errors/data-errors.js";
export * from "./errors/sql-errors.js";
export * from "./errors/exchange-errors.js";
export * from "./errors/addon-errors.js";
export { decodeHeader, encodeHeader } from "./tensors/safetensors.js";
export type { SafetensorsEntry, SafetensorsHeader } from "./tensors/safetensors.js";
