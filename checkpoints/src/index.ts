export { attachStore, openStore } from "./store.js";
export type { Store } from "./store.js";
export { findStore } from "./folder/search.js";
export type { OpenOptions } from "./folder/front-gate.js";

export type { SessionRow } from "./catalog/sessions.js";
export type { RunMode, RunRow, RunStatus } from "./catalog/runs.js";
export type { TimelinePart } from "./catalog/timeline.js";
export type { CheckpointRow, CheckpointTrigger } from "./catalog/checkpoints.js";
export type { NearestCheckpoint } from "./catalog/nearest.js";
export type { ModelRow } from "./catalog/models.js";
export type { EventRow } from "./catalog/events.js";
export type { TrashRow } from "./trash/trash.js";
export type { SampleRow } from "./metrics/chunk.js";
export type { LoggedRow } from "./metrics/log-values.js";
export type { StepRange } from "./metrics/read.js";

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
export type { Thinned } from "./tensors/collection.js";
export type { KeyframeBudget } from "./tensors/keyframe-spacing.js";
export type { Keyframes } from "./catalog/keyframes.js";
export type { Manifest, ManifestTensor } from "./tensors/manifest.js";
export type { RestoredState } from "./tensors/restore.js";

export { sha256, stateDigest } from "./tensors/state.js";
export type { DigestibleTensor, StateInput, TensorType } from "./tensors/state.js";

export { StoreError } from "./errors/store-error.js";
export type { ErrorData } from "./errors/store-error.js";
export * from "./errors/folder-errors.js";
export * from "./errors/entry-errors.js";
export * from "./errors/data-errors.js";
export { decodeHeader, encodeHeader } from "./tensors/safetensors.js";
export type { SafetensorsEntry, SafetensorsHeader } from "./tensors/safetensors.js";
