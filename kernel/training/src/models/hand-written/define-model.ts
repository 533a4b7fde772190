import { createHash } from "node:crypto";
import type { Scalar, Tensor } from "@tensorflow/tfjs";
import type { UniformSource } from "../../engine/step-random.js";
import type { Tensorflow } from "../../engine/tfjs.js";
import { OptionInvalid } from "../../errors/options.js";
import { namedOptions } from "../../options.js";
import type { Parameter } from "../definition.js";

/** What the loss of a hand-written model is made from. */
export interface LossContext<Name extends string = string> {
  /** TensorFlow.js on the engine that trains. */
  tf: Tensorflow;
  weights: Record<Name, Tensor>;
  /** A batch of inputs, [batch, …]. */
  x: Tensor;
  /** A batch of targets, [batch, …]. */
  y: Tensor;
  /**
   * Uniform random numbers of this step in [0, 1), by shape, for dropout and noise: the same when the
   * step is made again. Null outside training, where nothing is to be dropped.
   */
  uniform: UniformSource | null;
}

/** A model written in a cell. */
export interface HandWritten<Name extends string = string> {
  /** What it is called in views and messages. */
  name: string;
  /**
   * The trained tensors. `initial` is "zeros", "ones", or the standard deviation of a normal
   * distribution around 0, drawn from the session's seed.
   */
  parameters: Record<Name, { shape: readonly number[]; initial: "zeros" | "ones" | number }>;
  /** The mean loss of a batch: plain tfjs, a function of what it is given and nothing else. */
  loss: (context: LossContext<Name>) => Tensor;
  /** The functions that `loss` calls: their code then counts as part of the model's. */
  uses?: ((...parameters: never[]) => unknown)[];
}

/** A hand-written model that was checked, as a session takes it. */
export interface HandWrittenModel {
  kind: "hand-written";
  config: HandWrittenConfig;
  loss: (context: LossContext) => Scalar;
}

/** A hand-written model as it is stored: all but its code. */
export interface HandWrittenConfig {
  name: string;
  /** sha256 of the code of `loss` and `uses`. */
  code: string;
  parameters: Parameter[];
}

const known = new Map<string, HandWrittenModel>();

/**
 * Makes a model of one's own: named tensors, and the loss of a batch in plain TensorFlow.js. The
 * step is compiled where it can be recorded; else it runs op by op, and `session.engineReason` names
 * the op and the line. The model is known in this process from then on, so that its sessions can be
 * opened by name.
 *
 * @throws OptionInvalid, OptionUnknown
 * @example
 * const line = defineModel({
 *   name: "line",
 *   parameters: { slope: { shape: [1, 1], initial: 0.1 }, height: { shape: [1], initial: "zeros" } },
 *   loss: ({ tf, weights, x, y }) =>
 *     tf.losses.meanSquaredError(y, tf.add(tf.matMul(x, weights.slope), weights.height)),
 * });
 * const session = await store.session("line", { model: line, data: examples(x, y) });
 */
export function defineModel<Name extends string>(definition: HandWritten<Name>): HandWrittenModel {
  const caller = "defineModel";
  const given = namedOptions(caller, definition, ["name", "parameters", "loss", "uses"]);
  const { name, parameters, loss, uses = [] } = given;
  if (typeof name !== "string" || name.trim() === "")
    throw new OptionInvalid(caller, "name", name, 'a name, for example "two layers"');
  if (typeof loss !== "function")
    throw new OptionInvalid(caller, "loss", loss, "a function of { tf, weights, x, y, uniform }");
  if (!Array.isArray(uses) || !uses.every((it) => typeof it === "function"))
    throw new OptionInvalid(caller, "uses", uses, "a list of the functions that loss calls");
  const code = createHash("sha256")
    .update(JSON.stringify([loss, ...uses].map(String)))
    .digest("hex");
  const config = { name, code, parameters: checkParameters(parameters) };
  const model: HandWrittenModel = {
    ...{ kind: "hand-written", config },
    loss: loss as HandWrittenModel["loss"],
  };
  known.set(code, model);
  return model;
}

/** The model with this code, if it has been defined in this process. */
export function knownModel(code: string): HandWrittenModel | null {
  return known.get(code) ?? null;
}

/** Takes a model for the one that had this code: both make the same step. */
export function knownAs(code: string, model: HandWrittenModel): void {
  known.set(code, model);
}

function checkParameters(given: unknown): Parameter[] {
  const caller = "defineModel";
  const wanted = "tensors by name, for example { slope: { shape: [1, 1], initial: 0.1 } }";
  const entries = typeof given === "object" && given !== null ? Object.entries(given) : [];
  if (entries.length === 0) throw new OptionInvalid(caller, "parameters", given, wanted);
  return entries.map(([name, parameter]) => {
    const at = `parameters.${name}`;
    const { shape, initial } = namedOptions(at, parameter, ["shape", "initial"]);
    const whole = (extent: unknown): boolean => Number.isSafeInteger(extent) && Number(extent) > 0;
    if (!Array.isArray(shape) || !shape.every(whole))
      throw new OptionInvalid(at, "shape", shape, "a list of whole numbers of at least 1");
    const deviation = initial === "zeros" ? 0 : initial;
    if (
      deviation !== "ones" &&
      !(typeof deviation === "number" && deviation >= 0 && deviation < 1e6)
    )
      throw new OptionInvalid(at, "initial", initial, '"zeros", "ones" or a standard deviation');
    return { name, shape: [...(shape as number[])], initial: deviation as "ones" | number };
  });
}
