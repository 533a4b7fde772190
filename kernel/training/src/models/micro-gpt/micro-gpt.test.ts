import { beforeAll, describe, expect, test } from "vitest";
import { randomStream } from "../../engine/random.js";
import { loadEngine } from "../../engine/tfjs.js";
import type { Tensorflow } from "../../engine/tfjs.js";
import { adamW, adamWNumbers, adamWUpdate, decayMask } from "../../optimizers/adamw.js";
import { parameterCount, sizeOf } from "../definition.js";
import { microGPT } from "./config.js";
import type { MicroGptConfig } from "./config.js";
import { microGptLogits, microGptParameters } from "./forward.js";

describe("microGPT", () => {
  test("the small model has about 0.8 M parameters", () => {
    const config = microGPT("small").config as unknown as MicroGptConfig;
    expect(parameterCount(microGptParameters(config, 65))).toBe(804_096);
  });

  test("a misspelt option, a width that heads do not divide and an unknown size are named", () => {
    const fault = (code: string, option: string) =>
      expect.objectContaining({ code, data: expect.objectContaining({ option }) });
    const invalid = (option: string) => fault("OptionInvalid", option);
    expect(() => microGPT({ layer: 2 } as never)).toThrow(fault("OptionUnknown", "layer"));
    expect(() => microGPT({ embed: 30, heads: 4 })).toThrow(invalid("embed"));
    expect(() => microGPT("huge" as never)).toThrow(invalid("size"));
    expect(() => microGPT({ dropout: 1 })).toThrow(invalid("dropout"));
  });
});

describe("on an engine", () => {
  let tf: Tensorflow;
  const config: MicroGptConfig = { layers: 2, heads: 2, embed: 8, block: 6, dropout: 0 };
  const parameters = microGptParameters(config, 5);

  beforeAll(async () => {
    tf = (await loadEngine("js")).tf;
  });

  const weights = () => {
    const random = randomStream(1, "weights");
    return parameters.map(({ shape }) =>
      tf.tensor(
        Float32Array.from({ length: sizeOf(shape) }, () => random.normal() * 0.3),
        shape,
      ),
    );
  };

  test("a score depends on no later token", () => {
    const logits = (tokens: number[]): number[] =>
      Array.from(
        microGptLogits(
          { tf, uniform: null },
          config,
          weights(),
          tf.tensor2d(tokens, [1, 6], "int32"),
        ).dataSync(),
      );
    const [one, other] = [logits([0, 1, 2, 3, 4, 0]), logits([0, 1, 2, 3, 0, 1])];
    expect(one.slice(0, 20)).toEqual(other.slice(0, 20));
    expect(one.slice(20)).not.toEqual(other.slice(20));
  });

  test("AdamW moves matrices and norms as the paper's formulas do, and decays matrices only", () => {
    const optimizer = adamW({ learningRate: 0.1, beta1: 0.9, beta2: 0.99, weightDecay: 0.5 });
    const shapes = [
      { name: "matrix", shape: [1, 1], initial: 1 },
      { name: "norm", shape: [1], initial: 1 },
    ];
    const slots = { m: tf.tensor1d([0.2, 0.2]), v: tf.tensor1d([0.04, 0.04]) };
    const decays = decayMask(tf, shapes);
    const result = adamWUpdate(
      tf,
      adamWNumbers(optimizer, 3, 3),
      tf.tensor1d([2, 2]),
      slots,
      tf.tensor1d([1, 1]),
      decays,
    );
    const m = 0.9 * 0.2 + 0.1;
    const v = 0.99 * 0.04 + 0.01;
    const update = m / (1 - 0.9 ** 3) / (Math.sqrt(v / (1 - 0.99 ** 3)) + 1e-8);
    const [matrix, norm] = result.weights.dataSync();
    expect(matrix).toBeCloseTo(2 - 0.1 * (update + 0.5 * 2), 5);
    expect(norm).toBeCloseTo(2 - 0.1 * update, 5);
    expect(result.m.dataSync()[0]).toBeCloseTo(m, 6);
    expect(result.v.dataSync()[0]).toBeCloseTo(v, 6);
  });
});
