import type { Batch } from "../data/batches.js";
import { drawBatch } from "../data/batches.js";
import { randomStream } from "../engine/random.js";
import { parameterCount, sizeOf } from "../models/definition.js";
import type { ForwardContext, ModelDefinition } from "../models/definition.js";
import { microGPT, microGpt } from "../models/micro-gpt/index.js";
import type { MicroGptConfig } from "../models/micro-gpt/index.js";
import { textAtWork } from "../session/model-functions.js";
import type { ModelAtWork } from "../session/model-functions.js";
import type { Tensor, Tensor2D } from "@tensorflow/tfjs";

const vocabulary = 11;

/** A tiny MicroGPT with its sizes, ready for an executor. */
export function tinyModel(options: Partial<MicroGptConfig> = {}): ModelAtWork {
  const config = microGPT({ layers: 2, heads: 2, embed: 16, block: 8, ...options }).config;
  return atWork(microGpt as ModelDefinition<unknown>, config, 8);
}

/** A model of one matrix, whose forward pass a test writes. */
export function modelOf(
  forward: (context: ForwardContext, weight: Tensor2D, tokens: Tensor2D) => Tensor,
): ModelAtWork {
  const definition: ModelDefinition<unknown> = {
    kind: "test",
    title: "Test",
    check: (config) => config,
    parameters: () => [{ name: "table", shape: [vocabulary, vocabulary], initial: 0.5 }],
    block: () => 4,
    logits: (context, _, [weight], tokens) =>
      forward(context, weight as Tensor2D, tokens) as Tensor2D,
    summary: () => "",
  };
  return atWork(definition, {}, 4);
}

function atWork(definition: ModelDefinition<unknown>, config: unknown, block: number): ModelAtWork {
  return textAtWork({ definition, config, vocabulary, block }, 4, 2);
}

/** Weights drawn from a seed, and slots at zero. */
export function freshValues(
  { parameters }: ModelAtWork,
  seed = 1,
): [Float32Array, Float32Array, Float32Array] {
  const random = randomStream(seed, "test weights");
  const weights = new Float32Array(parameterCount(parameters));
  let at = 0;
  for (const { shape, initial } of parameters) {
    for (const end = at + sizeOf(shape); at < end; at++)
      weights[at] = initial === "ones" ? 1 + 0.1 * random.normal() : 0.3 * random.normal();
  }
  return [weights, new Float32Array(weights.length), new Float32Array(weights.length)];
}

/** The batches that a model trains on in a test, one for each step. */
export function batchesOf({ batchSize, text }: ModelAtWork, count: number): Batch[] {
  const random = randomStream(5, "test batches");
  const tokens = Int32Array.from({ length: 200 }, () => Math.floor(random.uniform() * vocabulary));
  return Array.from({ length: count }, () => drawBatch(tokens, batchSize, text!.block, random));
}
