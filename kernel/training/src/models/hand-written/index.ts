export { defineModel, knownAs, knownModel } from "./define-model.js";
export type {
  HandWritten,
  HandWrittenConfig,
  HandWrittenModel,
  LossContext,
} from "./define-model.js";
