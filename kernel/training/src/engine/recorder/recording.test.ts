import type { Tensor, Tensor1D } from "@tensorflow/tfjs";
import { beforeAll, describe, expect, test } from "vitest";
import { compiledExecutor } from "../../session/compiled-executor.js";
import { batchesOf, modelOf } from "../../testing/model-at-work.js";
import type { ForwardContext } from "../../models/definition.js";
import { inspectAddon } from "../native/addon.js";
import { loadEngine } from "../tfjs.js";
import type { Tensorflow } from "../tfjs.js";

type Forward = (context: ForwardContext, weight: Tensor, tokens: Tensor) => Tensor;
const rows: Forward = ({ tf }, weight, tokens) =>
  tf.gather(weight, tf.reshape(tokens, [-1]) as Tensor1D);

describe.skipIf(inspectAddon().status !== "ready")("a step that cannot be a graph", () => {
  let tf: Tensorflow;
  let calls = 0;
  beforeAll(async () => {
    tf = (await loadEngine("native")).tf;
  });

  const scaled =
    (factor: (context: ForwardContext, weight: Tensor) => Tensor | number): Forward =>
    (context, weight, tokens) =>
      context.tf.mul(rows(context, weight, tokens), factor(context, weight));

  test.each<[string, Forward, RegExp]>([
    [
      "reads a value",
      scaled((_, weight) => (weight.dataSync()[0]! > 0 ? 2 : 1)),
      /^the step reads a tensor's value \(dataSync, data or array\)/,
    ],
    ["reads Math.random", scaled(() => Math.random()), /^the step reads Math\.random/],
    ["reads the clock", scaled(() => Date.now() % 7), /^the step reads Date\.now/],
    ["times itself", scaled(() => performance.now() % 7), /^the step reads performance\.now/],
    [
      "draws with tfjs's own random numbers",
      scaled(({ tf }) => tf.randomUniform([1])),
      /^the step reads Math\.random/,
    ],
    ["counts its calls", scaled(() => 1 + calls++), /^the step makes a value in JavaScript/],
    [
      "changes its shapes",
      scaled(({ tf }) => tf.sum(tf.ones([1 + calls++]))),
      /^the step takes another course/,
    ],
    [
      "uses an op outside the list",
      scaled(({ tf }, weight) => tf.sum(tf.topk(weight, 2).values)),
      /^the op TopKV2 cannot be part of a compiled step/,
    ],
  ])("%s: the sentence names it and the line", (_, forward, sentence) => {
    const model = modelOf(forward);
    expect(() => compiledExecutor(tf, model, null)).toThrow(
      expect.objectContaining({
        code: "StepNotRecordable",
        message: expect.stringMatching(sentence),
        data: expect.objectContaining({ line: expect.stringMatching(/^recording\.test\.ts:\d+$/) }),
      }),
    );
  });

  test("a tensor or a variable from before the step is named as such", () => {
    const [kept, variable] = [tf.add(1, 1), tf.variable(tf.scalar(2), true, "temperature")];
    const compile = (factor: Tensor) => () =>
      compiledExecutor(tf, modelOf(scaled(() => tf.add(factor, 0))), null);
    expect(compile(kept)).toThrow(/^the step uses a tensor that was made before it, in Add/);
    expect(compile(variable)).toThrow(/^the step uses the variable "temperature"/);
    tf.dispose([kept, variable]);
  });

  test("afterwards the backend, Math.random and the clock are themselves again", () => {
    const before = [Math.random, Date.now, performance.now];
    const bad = modelOf(scaled((_, weight) => weight.dataSync()[0]!));
    expect(() => compiledExecutor(tf, bad, null)).toThrow();
    expect([Math.random, Date.now, performance.now]).toEqual(before);
    expect(tf.scalar(3).add(1).dataSync()[0]).toBe(4);
  });

  test("a step that only uses what it is given becomes one", () => {
    const model = modelOf(rows);
    const executor = compiledExecutor(tf, model, null);
    const weights = new Float32Array(121);
    const live = executor.place(weights, weights, weights);
    expect(executor.loss(live, batchesOf(model, 1)[0]!)).toBeCloseTo(Math.log(11), 5);
    executor.close();
  });
});
