import { readFileSync } from "node:fs";
import type { Tensor, Tensor2D, Tensor4D } from "@tensorflow/tfjs";
import { beforeAll, describe, expect, test } from "vitest";
import { openGraphSession } from "../engine/graph/graph-session.js";
import { fuseRows } from "../engine/graph/rows/fuse-rows.js";
import { inspectAddon } from "../engine/native/addon.js";
import { record } from "../engine/recorder/recording.js";
import { loadEngine } from "../engine/tfjs.js";
import type { Tensorflow } from "../engine/tfjs.js";
import type { ModelDefinition } from "../models/definition.js";
import { microGpt } from "../models/micro-gpt/index.js";
import { adamW, adamWNumbers } from "../optimizers/adamw.js";
import { compiledExecutor } from "./compiled-executor.js";
import { eagerExecutor } from "./eager-executor.js";
import type { Executor } from "./executor.js";
import { textAtWork } from "./model-functions.js";

interface Stored {
  shape: number[];
  values: number[];
}

// Made by golden/make_golden.py with PyTorch.
const golden = JSON.parse(
  readFileSync(new URL("../../golden/pytorch.json", import.meta.url), "utf8"),
) as {
  ops: { name: string; inputs: Stored[]; upstream: Stored; output: Stored; gradients: Stored[] }[];
  model: {
    config: Record<string, number>;
    vocabulary: number;
    batchSize: number;
    optimizer: Record<string, number>;
    weights: Stored[];
    batches: { inputs: number[]; targets: number[] }[];
    gradients: Stored[];
    losses: number[];
  };
};

/** The ops as the shipped models write them. */
const ops: Record<string, (tf: Tensorflow, ...inputs: Tensor[]) => Tensor> = {
  matMul: (tf, a, b) => tf.matMul(a!, b!),
  "matMul transposed": (tf, a, b) => tf.matMul(a!, b!, false, true),
  "batched matMul transposed": (tf, a, b) => tf.matMul(a!, b!, false, true),
  "add with broadcasting": (tf, a, b) => tf.add(a!, b!),
  "mul with broadcasting": (tf, a, b) => tf.mul(a!, b!),
  "mul by a number": (tf, a) => tf.mul(a!, 0.25),
  "mean and square": (tf, a) => tf.mean(tf.square(tf.sub(a!, tf.mean(a!, -1, true))), -1, true),
  rsqrt: (tf, a) => tf.rsqrt(tf.add(tf.square(a!), 1e-5)),
  "layer norm": (tf, a, weight) => {
    const centred = tf.sub(a!, tf.mean(a!, -1, true));
    const variance = tf.mean(tf.square(centred), -1, true);
    return tf.mul(tf.mul(centred, tf.rsqrt(tf.add(variance, 1e-5))), weight!);
  },
  gelu: (tf, a) => tf.mul(a!, tf.mul(tf.add(tf.erf(tf.mul(a!, Math.SQRT1_2)), 1), 0.5)),
  "masked softmax": (tf, a) => {
    const mask = Array.from({ length: 64 }, (_, at) => (at % 8 > Math.floor(at / 8) ? -1e9 : 0));
    return tf.softmax(tf.add(a!, tf.tensor4d(mask, [1, 1, 8, 8])));
  },
  gather: (tf, a) => tf.gather(a!, tf.tensor1d([3, 1, 3, 0, 10, 3], "int32")),
  slice: (tf, a) => tf.slice(a as Tensor2D, [0, 0], [5, 16]),
  "split and transpose": (tf, a) => {
    const parts = tf.split(a as Tensor2D, 3, 1).map((part) => tf.reshape(part, [3, 8, 2, 8]));
    return tf.concat(
      parts.map((part) => tf.transpose(part, [0, 2, 1, 3]) as Tensor4D),
      3,
    );
  },
  "cross-entropy": (tf, a) => {
    const labels = tf.oneHot(
      tf.tensor1d(
        Array.from({ length: 24 }, (_, at) => at % 11),
        "int32",
      ),
      11,
    );
    return tf.reshape(tf.losses.softmaxCrossEntropy(labels, a!), [1]);
  },
};

const close = (found: ArrayLike<number>, wanted: number[], digits: number): void => {
  expect(found).toHaveLength(wanted.length);
  wanted.forEach((value, at) => {
    const limit = digits * Math.max(1, Math.abs(value));
    expect(Math.abs(found[at]! - value)).toBeLessThan(limit);
  });
};

describe.each(["native", "wasm"])("like PyTorch, on %s", (backend) => {
  let tf: Tensorflow;
  const missing = backend === "native" && inspectAddon().status !== "ready";
  beforeAll(async () => {
    if (!missing) tf = (await loadEngine(backend)).tf;
  });

  const outputAndGradients = (name: string, upstream: Tensor, inputs: Tensor[]): Tensor[] => {
    const run = (...given: Tensor[]): Tensor => ops[name]!(tf, ...given);
    const gradients = tf.grads((...given) => tf.sum(tf.mul(run(...given), upstream)))(inputs);
    return [run(...inputs), ...gradients];
  };

  // wasm has no kernel for gather's gradient; the model multiplies by one-hot rows there.
  const here = golden.ops.filter(({ name }) => backend !== "wasm" || name !== "gather");
  test.skipIf(missing).each(here.map((it) => [it.name, it] as const))("the op %s", (name, one) => {
    const tensors = tf.tidy(() => {
      const inputs = one.inputs.map(({ values, shape }) => tf.tensor(values, shape));
      const upstream = tf.tensor(one.upstream.values, one.upstream.shape);
      return outputAndGradients(name, upstream, inputs);
    });
    const wanted = [one.output, ...one.gradients];
    tensors.forEach((tensor, at) => close(tensor.dataSync(), wanted[at]!.values, 2e-5));
    tf.dispose(tensors);
  });

  const compiled = backend === "wasm" ? [] : here;
  test.skipIf(missing).each(compiled.map((it) => [it.name, it] as const))(
    "the op %s, compiled",
    (name, one) => {
      const wanted = [one.output, ...one.gradients];
      const found = wanted.map(({ values }) => new Float32Array(values.length));
      tf.tidy(() => {
        const given = Object.fromEntries(
          [...one.inputs, one.upstream].map(({ values, shape }, at) => [
            `x${at}`,
            tf.tensor(values, shape),
          ]),
        );
        const recording = record(tf, given, (all) => {
          const [upstream, ...inputs] = Object.values(all).reverse() as [Tensor, ...Tensor[]];
          const made = outputAndGradients(name, upstream, inputs.reverse());
          return Object.fromEntries(made.map((tensor, at) => [`y${at}`, tensor]));
        });
        const { nodes, outputs } = fuseRows(recording, recording.facts);
        const session = openGraphSession();
        session.add("g", nodes);
        const feeds = Object.keys(given).map((input) => `g/${input}:0`);
        const fetches = Object.values(outputs).map((place) => `g/${place}`);
        const fed = [...one.inputs, one.upstream].map(({ values }) => Float32Array.from(values));
        session.prepare({ feeds, fetches }).run(fed, found);
        session.close();
      });
      found.forEach((values, at) => close(values, wanted[at]!.values, 2e-5));
    },
  );

  const { config, vocabulary, batchSize, weights, batches, gradients, losses } = golden.model;
  const definition = microGpt as ModelDefinition<unknown>;
  const text = { definition, config, vocabulary, block: config["block"]! };
  const model = textAtWork(text, batchSize, 1);
  const flat = (stored: Stored[]): Float32Array =>
    Float32Array.from(stored.flatMap(({ values }) => values));

  const modes = backend === "wasm" ? ["eager"] : ["eager", "compiled"];
  test.skipIf(missing).each(modes)("50 steps of a MicroGPT, %s", (mode) => {
    const executor: Executor =
      mode === "eager" ? eagerExecutor(tf, model) : compiledExecutor(tf, model, null);
    const start = flat(weights);
    const zeros = new Float32Array(start.length);
    const live = executor.place(start, zeros, zeros);
    const optimizer = adamW(golden.model.optimizer);
    const found = batches.map((batch, at) => {
      const { inputs, targets } = batch;
      const tokens = { inputs: Int32Array.from(inputs), targets: Int32Array.from(targets) };
      const loss = executor.train(live, tokens, [0, at], adamWNumbers(optimizer, at + 1, at + 1));
      if (at === 0) {
        // The first moment after one step is the gradient, scaled.
        const m = new Float32Array(start.length);
        live.read(new Float32Array(start.length), m, new Float32Array(start.length));
        close(
          m.map((value) => value / 0.1),
          Array.from(flat(gradients)),
          2e-6,
        );
      }
      return loss;
    });
    expect(losses.at(-1)).toBeLessThan(losses[0]! - 0.05);
    found.forEach((loss, at) => expect(Math.abs(loss - losses[at]!)).toBeLessThan(1e-4));
    live.dispose();
    executor.close();
  });
});

test("every golden op is compared, and no other", () => {
  expect(Object.keys(ops).sort()).toEqual(golden.ops.map(({ name }) => name).sort());
});
