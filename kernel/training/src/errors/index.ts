export { TrainingError } from "./training-error.js";
export { CorpusEmpty, CorpusTooShort, CorpusUnreadable, ExamplesInvalid } from "./data.js";
export { BackendUnavailable, EngineStopped, NativeInstallFailed } from "./engine.js";
export { GraphOpRefused, GraphUnreadable, StepNotRecordable } from "./graph.js";
export { LossInvalid, ModelCannot, ModelCodeMissing, ModelDiffers } from "./model.js";
export { ModelUnknown, OptionInvalid, OptionUnknown } from "./options.js";
export {
  LossNotFinite,
  LossSpike,
  NoActiveRun,
  RunActive,
  SessionDiffers,
  SessionMissing,
} from "./session.js";
export { StepNotReached } from "./session.js";
export {
  DiffIncompatible,
  ForkDiffers,
  MergeIncompatible,
  ReplayCancelled,
  ReplayDiverged,
  StepNotStored,
  StepOutOfRange,
  StepUnreachable,
} from "./time-travel.js";
export type { Difference } from "./session.js";
