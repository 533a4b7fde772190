import type { ModelDefinition } from "../definition.js";
import { checkMicroGpt } from "./config.js";
import type { MicroGptConfig } from "./config.js";
import { microGptLogits, microGptParameters } from "./forward.js";

/** MicroGPT as the engine sees it. */
export const microGpt: ModelDefinition<MicroGptConfig> = {
  kind: "micro-gpt",
  title: "MicroGPT",
  check: checkMicroGpt,
  parameters: microGptParameters,
  block: (config) => config.block,
  logits: microGptLogits,
  embeddings: "transformer.wte.weight",
  summary: (config) => `${config.layers} layers · ${config.heads} heads · ${config.embed} wide`,
};
