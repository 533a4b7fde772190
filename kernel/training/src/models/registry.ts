import { ModelUnknown } from "../errors/options.js";
import type { ModelDefinition } from "./definition.js";
import { microGpt } from "./micro-gpt/definition.js";

const definitions: ModelDefinition<never>[] = [microGpt as ModelDefinition<never>];

/**
 * The definition of a kind of model. A new model is one folder here and one entry in this list.
 *
 * @throws ModelUnknown naming the models there are.
 */
export function modelDefinition(kind: string): ModelDefinition<unknown> {
  const found = definitions.find((definition) => definition.kind === kind);
  if (!found)
    throw new ModelUnknown(
      kind,
      definitions.map((definition) => definition.kind),
    );
  return found as ModelDefinition<unknown>;
}
