import { beforeAll, describe, expect, test } from "vitest";
import { inspectAddon } from "../engine/native/addon.js";
import { decodeGraph } from "../engine/graph/graph-def.js";
import type { StepKey } from "../engine/step-random.js";
import { loadEngine } from "../engine/tfjs.js";
import type { Tensorflow } from "../engine/tfjs.js";
import { adamW, adamWNumbers } from "../optimizers/adamw.js";
import { batchesOf, freshValues, tinyModel } from "../testing/model-at-work.js";
import { compiledExecutor } from "./compiled-executor.js";
import { eagerExecutor } from "./eager-executor.js";
import type { Executor } from "./executor.js";
import type { ModelAtWork } from "./model-functions.js";

interface Course {
  losses: number[];
  weights: Float32Array;
}

const steady = (): StepKey => [7, 1];
const byStep = (step: number): StepKey => [7, step];

function train(
  executor: Executor,
  model: ModelAtWork,
  how: { key?: (step: number) => StepKey; optimizer?: ReturnType<typeof adamW> } = {},
): Course {
  const { key = byStep, optimizer = adamW({ learningRate: 0.02 }) } = how;
  const live = executor.place(...freshValues(model));
  const losses = batchesOf(model, 12).map((batch, at) =>
    executor.train(live, batch, key(at + 1), adamWNumbers(optimizer, at + 1, at + 1)),
  );
  const [weights, m, v] = freshValues(model);
  live.read(weights, m, v);
  live.dispose();
  return { losses, weights };
}

const bytes = ({ buffer }: Float32Array): Buffer => Buffer.from(buffer);
const furthest = (one: Course, other: Course): number =>
  one.weights.reduce((most, value, at) => Math.max(most, Math.abs(value - other.weights[at]!)), 0);

describe.skipIf(inspectAddon().status !== "ready")("a compiled step", () => {
  let tf: Tensorflow;
  beforeAll(async () => {
    tf = (await loadEngine("native")).tf;
  });

  // For each value that changes from step to step: compiled as eager, and unlike a run where it does
  // not change.
  const schedule = adamW({
    ...{ learningRate: 0.05, schedule: "cosine", warmupSteps: 4, decaySteps: 12 },
  });
  test.each([
    ["the batch and the bias corrections", tinyModel(), {}, null],
    ["the learning rate", tinyModel(), { optimizer: schedule }, {}],
    ["random numbers", tinyModel({ dropout: 0.4 }), {}, { key: steady }],
  ])("is fed %s", (_, model, how, still) => {
    const eager = eagerExecutor(tf, model);
    const compiled = compiledExecutor(tf, model, null);
    const [expected, found] = [train(eager, model, how), train(compiled, model, how)];
    expect(furthest(found, expected)).toBeLessThan(1e-5);
    found.losses.forEach((loss, at) => expect(loss).toBeCloseTo(expected.losses[at]!, 5));
    expect(new Set(found.losses).size).toBe(12);
    if (still) expect(furthest(train(compiled, model, still), found)).toBeGreaterThan(1e-3);
    compiled.close();
  });

  test("dropout drops its share, differently at each step and call, and scales the rest", () => {
    const model = tinyModel({ dropout: 0.4 });
    const [one, two] = [eagerExecutor(tf, model), compiledExecutor(tf, model, null)];
    const losses = [one, two].map((executor) =>
      [1, 2, 3].map((step) => {
        const live = executor.place(...freshValues(model));
        const [batch] = batchesOf(model, 1);
        return executor.train(live, batch!, [7, step], adamWNumbers(adamW(), 1, 1));
      }),
    );
    expect(new Set(losses[0]).size).toBe(3);
    losses[0]!.forEach((loss, at) => expect(losses[1]![at]).toBeCloseTo(loss, 5));
    two.close();
  });

  test("evaluates, scores and shows attention as the eager one does", () => {
    const model = tinyModel({ dropout: 0.4 });
    const [eager, compiled] = [eagerExecutor(tf, model), compiledExecutor(tf, model, null)];
    const results = [eager, compiled].map((executor) => {
      const live = executor.place(...freshValues(model));
      const [batch] = batchesOf(model, 1);
      const tokens = Int32Array.of(1, 2, 3, 4, 5, 6, 7, 8);
      const { shape, values } = executor.attention(live, tokens)!;
      expect(shape).toEqual([2, 2, 8, 8]);
      const scores = [0, 7].flatMap((at) => Array.from(executor.scores(live, tokens, at)));
      return [executor.loss(live, batch!), ...scores, ...values];
    });
    results[0]!.forEach((value, at) => expect(results[1]![at]).toBeCloseTo(value, 5));
    compiled.close();
  });

  test("gives the same bits again, and goes on exactly from what was read out", () => {
    const model = tinyModel({ dropout: 0.2 });
    const batches = batchesOf(model, 10);
    const numbers = (step: number) => adamWNumbers(adamW(), step, step);
    const runs = [null, 4].map((stopAt) => {
      let executor = compiledExecutor(tf, model, null);
      let live = executor.place(...freshValues(model));
      batches.forEach((batch, at) => {
        if (at === stopAt) {
          const values = freshValues(model);
          live.read(...values);
          executor.close();
          executor = compiledExecutor(tf, model, null);
          live = executor.place(...values);
        }
        executor.train(live, batch, [1, at], numbers(at + 1));
      });
      const values = freshValues(model);
      live.read(...values);
      executor.close();
      return values;
    });
    expect(runs[0]).toEqual(runs[1]);
  });

  // A block wide enough that the copies are still under way when the step comes to its update.
  test.each(["a step", "another state", "its end"])(
    "is read out as it was when asked, whatever comes at once: %s",
    async (next) => {
      const model = tinyModel({ embed: 256 });
      const executor = compiledExecutor(tf, model, null);
      const began = freshValues(model);
      const live = executor.place(...began);
      const [batch] = batchesOf(model, 1);
      const numbers = adamWNumbers(adamW({ learningRate: 0.1 }), 1, 1);
      const reads = Array.from({ length: 6 }, () => {
        const into = began.map((values) => new Float32Array(values.length)) as typeof began;
        return { into, done: live.readBeside(...into) };
      });
      if (next === "a step") executor.train(live, batch!, [1, 1], numbers);
      else if (next === "another state") {
        const other = began.map((values) => values.map((value) => value + 1)) as typeof began;
        executor.place(...other);
      } else executor.close();
      for (const { into, done } of reads) {
        expect(await done).toBeGreaterThanOrEqual(0);
        expect(into.map((values, at) => Buffer.compare(bytes(values), bytes(began[at]!)))).toEqual([
          0, 0, 0,
        ]);
      }
      if (next !== "its end") executor.close();
    },
  );

  test("runs the graph that it is given, not the one that today's code records", () => {
    const model = tinyModel();
    const recorded = compiledExecutor(tf, model, null);
    const nodes = decodeGraph(recorded.graph!);
    const loss = nodes.find(({ name }) => name === "loss")!;
    const negated = { name: "negated", op: "Neg", input: loss.input, attr: { T: { type: 1 } } };
    loss.input = ["negated:0"];
    const old = compiledExecutor(tf, model, [...nodes, negated]);
    const [mine, theirs] = [train(recorded, model), train(old, model)];
    expect(theirs.losses).toEqual(mine.losses.map((value) => -value));
    expect(theirs.weights).toEqual(mine.weights);
    recorded.close();
    old.close();
  });

  test("two at work do not touch each other", () => {
    const model = tinyModel();
    const [one, two] = [0, 1].map(() => compiledExecutor(tf, model, null)) as [Executor, Executor];
    const expected = train(one, model);
    const live = [one, two].map((executor) => executor.place(...freshValues(model)));
    const losses: [number[], number[]] = [[], []];
    batchesOf(model, 12).forEach((batch, at) => {
      const numbers = adamWNumbers(adamW({ learningRate: 0.02 }), at + 1, at + 1);
      losses[0].push(one.train(live[0]!, batch, byStep(at + 1), numbers));
      losses[1].push(two.train(live[1]!, batch, byStep(at + 1), numbers));
    });
    expect(losses).toEqual([expected.losses, expected.losses]);
    one.close();
    two.close();
  });

  test("memory stays flat", () => {
    const model = tinyModel({ dropout: 0.1 });
    const executor = compiledExecutor(tf, model, null);
    const live = executor.place(...freshValues(model));
    const [batch] = batchesOf(model, 1);
    const run = (steps: number): number => {
      for (let step = 0; step < steps; step++)
        executor.train(live, batch!, [1, step], adamWNumbers(adamW(), 1, 1));
      return process.memoryUsage.rss();
    };
    const tensors = tf.memory().numTensors;
    const before = run(process.env["FORKPOINT_LONG"] ? 2500 : 300);
    const after = run(process.env["FORKPOINT_LONG"] ? 5000 : 500);
    expect(after - before).toBeLessThan(16 * 2 ** 20);
    expect(tf.memory().numTensors).toBe(tensors);
    executor.close();
  });
});
