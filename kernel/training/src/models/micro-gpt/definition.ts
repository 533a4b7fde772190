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
  summary: ({ layers, heads, embed }) =>
    `${counted(layers, "layer")} · ${counted(heads, "head")} · ${embed} wide`,
};

const counted = (count: number, what: string): string =>
  `${count} ${what}${count === 1 ? "" : "s"}`;
