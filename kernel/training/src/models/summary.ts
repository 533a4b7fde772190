import { parameterCount } from "./definition.js";
import type { Parameter } from "./definition.js";
import { modelDefinition } from "./registry.js";

/**
 * What kind of model a session trains, for people: its title, its shape where it has one, and the
 * number of its trained values.
 *
 * @example modelSummary(session.modelConfig).title // "MicroGPT"
 */
export function modelSummary(model: {
  kind: string;
  config: Record<string, unknown>;
  vocabulary: number;
}): { title: string; shape: string | null; parameters: number } {
  const { kind, config, vocabulary } = model;
  if (Array.isArray(config["parameters"])) {
    const parameters = parameterCount(config["parameters"] as Parameter[]);
    return { title: String(config["name"]), shape: null, parameters };
  }
  const definition = modelDefinition(kind);
  const checked = definition.check(config);
  const parameters = parameterCount(definition.parameters(checked, vocabulary));
  return { title: definition.title, shape: definition.summary(checked), parameters };
}
