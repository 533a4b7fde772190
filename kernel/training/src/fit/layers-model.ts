import type { LayersModel, Tensor } from "@tensorflow/tfjs";
import type { Variable } from "@tensorflow/tfjs-core";
import { sha256 } from "@forkpoint/checkpoints";
import { OptionInvalid } from "../errors/options.js";

/** What of a tf.LayersModel is needed and not in its types. Private API of tfjs-layers 4.22.0. */
export interface InnerModel extends Omit<LayersModel, "optimizer"> {
  optimizer: Record<string, unknown> & {
    getConfig(): Record<string, unknown>;
    getClassName(): string;
  };
  isTraining: boolean;
  stopTraining: boolean;
  makeTrainFunction(): TrainFunction;
  getDedupedMetricsNames(): string[];
}

/** Makes one update with a batch; gives the loss and the metrics. */
export type TrainFunction = (batch: Tensor[]) => Tensor[];

/** A trained value of a layer, as its layer holds it. */
export interface LayerWeight {
  name: string;
  shape: number[];
  dtype: string;
  read(): Variable;
}

/** Whether something is a tf.LayersModel. */
export function isLayersModel(value: unknown): value is LayersModel {
  if (typeof value !== "object" || value === null) return false;
  const { fit, layers, getWeights } = value as Record<string, unknown>;
  return typeof fit === "function" && Array.isArray(layers) && typeof getWeights === "function";
}

/** The model that does the work: a Sequential has one inside. @throws OptionInvalid */
export function innerOf(model: LayersModel): InnerModel {
  const inner = (model as { model?: LayersModel }).model ?? model;
  if (!(inner as unknown as Partial<InnerModel>).optimizer) {
    const wanted = "compiled first: model.compile({ optimizer, loss })";
    throw new OptionInvalid("session", "model", "one without an optimizer", wanted);
  }
  return inner as unknown as InnerModel;
}

interface OptimizerKind {
  fromConfig(kind: unknown, config: object): InnerModel["optimizer"] & { dispose(): void };
}

/** An optimizer as a model's own, which has made no step. */
export function freshOptimizer(model: LayersModel) {
  const { optimizer } = innerOf(model);
  const kind = optimizer.constructor as unknown as OptimizerKind;
  return kind.fromConfig(kind, optimizer.getConfig());
}

/** Every weight of a model, named by its layer's place, so that a model built again has the same. */
export function weightsOf(model: LayersModel): LayerWeight[] {
  const found: LayerWeight[] = [];
  const taken = new Set<string>();
  model.layers.forEach((layer, at) => {
    for (const weight of layer.weights) {
      const variable = weight.read() as Variable;
      const role = weight.originalName.split("/").at(-1)!;
      const base = `${at}.${layer.getClassName()}/${role}`;
      let name = base;
      for (let number = 2; taken.has(name); number++) name = `${base}-${number}`;
      taken.add(name);
      const { shape, dtype } = variable;
      found.push({ name, shape, dtype, read: () => weight.read() as Variable });
    }
  });
  return found;
}

/** What a model of layers is, as a session stores it: equal for models built by the same code. */
export function describeLayers(model: LayersModel): {
  name: string;
  architecture: string;
  parameters: { name: string; shape: number[] }[];
} {
  const topology = withoutNames(JSON.parse(model.toJSON(null, true) as string) as unknown);
  return {
    name: `${model.getClassName()} of ${model.layers.length} layers`,
    architecture: sha256(JSON.stringify(topology)),
    parameters: weightsOf(model).map(({ name, shape }) => ({ name, shape })),
  };
}

/** How a model of layers was compiled, as a session stores it. */
export function describeCompiled(model: LayersModel): {
  optimizer: Record<string, unknown>;
  loss: string;
} {
  const { optimizer, loss } = innerOf(model);
  const kind = optimizer.getClassName().toLowerCase();
  const losses = JSON.stringify(loss, (_, part: unknown) =>
    typeof part === "function" ? sha256(String(part)) : part,
  );
  return { optimizer: { kind, ...optimizer.getConfig() }, loss: losses };
}

// tfjs numbers the layers of a process: names that stand for nothing but their place become it.
function withoutNames(topology: unknown): unknown {
  const places = new Map<string, string>();
  const walk = (part: unknown, visit: (key: string, value: unknown) => unknown): unknown => {
    if (Array.isArray(part)) return part.map((value, at) => walk(visit(String(at), value), visit));
    if (typeof part !== "object" || part === null) return part;
    const entries = Object.entries(part).map(([key, value]) => [
      key,
      walk(visit(key, value), visit),
    ]);
    return Object.fromEntries(entries);
  };
  walk(topology, (key, value) => {
    if (key === "name" && typeof value === "string" && !places.has(value))
      places.set(value, `#${places.size}`);
    return value;
  });
  return walk(topology, (_, value) =>
    typeof value === "string" ? (places.get(value) ?? value) : value,
  );
}
