import { join } from "node:path";
import * as tf from "@tensorflow/tfjs";
import { adamW, defineModel, examples, open } from "forkpoint";
import type { HandWritten, TrainingStore } from "forkpoint";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { emptyFolder, root, succeed } from "../support/child.js";

interface Trained {
  mode?: string;
  step?: number;
  digest?: string;
  losses?: number[];
  code?: string;
  message?: string;
}

const train = async (
  folder: string,
  engine: string,
  to: number,
  ...more: string[]
): Promise<Trained> => {
  const script = join(root, "tests/exactness/hand-written.mjs");
  return JSON.parse(
    await succeed(process.execPath, [script, folder, engine, String(to), ...more]),
  ) as Trained;
};

describe.each(["compiled", "eager"])("a model written in a cell, %s", (engine) => {
  test("a new process that defines it again goes on bit for bit", async () => {
    const [plain, stopped] = [emptyFolder("plain"), emptyFolder("stopped")];
    const straight = await train(plain, engine, 40);
    expect(straight.mode).toBe(engine);
    expect((await train(stopped, engine, 17)).step).toBe(17);
    expect(await train(stopped, engine, 40)).toEqual(straight);
    expect(straight.losses).toHaveLength(41);
    // Without the cell a compiled step goes on; code that runs op by op is asked for.
    const byName = await train(stopped, engine, 45, "byname");
    if (engine === "compiled") {
      expect(byName).toEqual(await train(plain, engine, 45));
    } else {
      expect(byName.code).toBe("ModelCodeMissing");
      expect(byName.message).toContain('Run the cell that calls defineModel({ name: "two layers"');
    }
  });
});

const count = 60;
const points = Array.from({ length: count }, (_, at) => [at / count, (at % 5) / 5]);
const heights = points.map(([a, b]) => [2 * a! - b! + 0.5]);
const data = examples(points, heights);
const line: HandWritten<"slope" | "height"> = {
  name: "line",
  parameters: {
    slope: { shape: [2, 1], initial: 0.1 },
    height: { shape: [1], initial: "zeros" },
  },
  loss: ({ tf, weights, x, y }) =>
    tf.losses.meanSquaredError(
      y,
      tf.add(tf.matMul(x as never, weights.slope as never), weights.height),
    ),
};
const options = { data, optimizer: adamW({ learningRate: 0.05, weightDecay: 0 }), batchSize: 6 };
const code = (wanted: string) => expect.objectContaining({ code: wanted });

describe("a hand-written model in one process", () => {
  let store: TrainingStore;
  beforeAll(async () => {
    const keyframes = { minimumSteps: 10, share: 1 };
    store = await open({ from: emptyFolder("mine"), keyframes, onFailure: () => {} });
  });
  afterAll(() => store.close());

  test.each(["compiled", "eager"] as const)(
    "%s: learns, goes back, forks with another batch size and merges",
    async (engine) => {
      const model = defineModel(line);
      const session = await store.session(`line ${engine}`, { model, ...options, engine });
      await session.train({ to: 60 }).done;
      expect(await session.evaluate()).toBeLessThan(0.2);
      const digest = await session.digest();
      const old = session.at(23);
      const state = await old.state();
      expect(state.get("model/slope")!.shape).toEqual([2, 1]);
      const then = await old.digest();
      await old.close();
      const fork = await session.fork(`fork ${engine}`, { at: 23 });
      const small = await session.fork(`small ${engine}`, { at: 23, batchSize: 3 });
      await Promise.all([fork.train({ to: 60 }).done, small.train({ to: 40 }).done]);
      expect(await fork.digest()).toBe(digest);
      await small.merge(fork, { strategy: "average", evenIfWorse: true });
      await session.rewind(23);
      expect(await session.digest()).toBe(then);
      await session.train({ to: 60 }).done;
      expect(await session.digest()).toBe(digest);
      const saved = await session.save(`line ${engine}`);
      const loaded = await store.models.load(saved.id);
      expect(await loaded.digest()).toBe(digest);
      await expect(session.sample("A")).rejects.toThrow(code("ModelCannot"));
    },
  );

  test("an engine in this thread gives its memory back", async () => {
    const session = await store.session("line eager");
    const look = async (): Promise<void> => {
      const past = session.at(15);
      await past.digest();
      await past.close();
    };
    await look();
    const { numTensors } = tf.memory();
    await look();
    expect(tf.memory().numTensors).toBe(numTensors);
  });

  test("what cannot be compiled runs op by op, and names op and line", async () => {
    const model = defineModel({
      ...line,
      name: "reader",
      loss: (context) => {
        const loss = line.loss(context);
        loss.dataSync();
        return loss;
      },
    });
    const session = await store.session("reader", { model, ...options });
    await session.train({ to: 3 }).done;
    expect(session.engineReason).toMatch(/reads a tensor's value.*hand-written\.test\.ts:\d+/);
  });

  test("changed code is refused, also that of a function it calls; a comment changes nothing", async () => {
    let power = 2;
    const called: HandWritten<"slope" | "height">["loss"] = (context) => {
      const { tf } = context;
      return tf.pow(line.loss(context), power / 2);
    };
    const first = { ...line, name: "called", loss: called };
    const session = await store.session("called", { model: defineModel(first), ...options });
    await session.train({ to: 5 }).done;
    const same = defineModel({
      ...first,
      loss: (context) => {
        // Says the same in other words.
        const { tf } = context;
        return tf.pow(line.loss(context), 1);
      },
    });
    expect(await store.session("called", { model: same, ...options })).toBe(session);
    power = 4;
    const asked = (loss: typeof called) =>
      store.session("called", { model: defineModel({ ...first, loss }), ...options });
    await expect(asked(called)).rejects.toMatchObject({
      code: "ModelDiffers",
      data: { what: "a function that its loss calls has changed since" },
    });
    const source = asked((context) => context.tf.mul(line.loss(context), 2));
    await expect(source).rejects.toMatchObject({
      code: "ModelDiffers",
      data: { what: "its code has changed since" },
    });
    const wider = { ...first.parameters, more: { shape: [3], initial: "ones" as const } };
    const shape = defineModel({ ...first, parameters: wider } as never);
    await expect(store.session("called", { model: shape, ...options })).rejects.toThrow(
      code("LossInvalid"),
    );
    // Nothing of that touched the session.
    expect((await session.train({ to: 8 }).done).step).toBe(8);
  });

  test.each([
    ["a loss per example", { loss: () => null }, "LossInvalid"],
    [
      "a loss that throws",
      {
        loss: () => {
          throw new Error("no such thing");
        },
      },
      "LossInvalid",
    ],
    ["no parameters", { parameters: {} }, "OptionInvalid"],
    [
      "a shape that is none",
      { parameters: { slope: { shape: [0], initial: 1 } } },
      "OptionInvalid",
    ],
    ["a misspelt name", { forward: () => 1 }, "OptionUnknown"],
  ])("%s: a typed error, nothing written", async (_, change, wanted) => {
    const before = store.sessions.list().length;
    const make = async () =>
      store.session("bad", { model: defineModel({ ...line, ...change } as never), ...options });
    await expect(make()).rejects.toThrow(code(wanted));
    expect(store.sessions.list()).toHaveLength(before);
  });

  test("examples are checked at the door", async () => {
    for (const [x, y] of [
      [points, heights.slice(1)],
      [[[1, 2], [3]], heights.slice(0, 2)],
      [[[Number.NaN, 1]], [[1]]],
      ["text", heights],
    ] as never[][]) {
      expect(() => examples(x!, y!)).toThrow(code("ExamplesInvalid"));
    }
    expect(() => examples(points, heights, { validation: count })).toThrow(code("OptionInvalid"));
    const model = defineModel(line);
    await expect(store.session("bad", { model } as never)).rejects.toThrow(code("OptionInvalid"));
  });

  test("a loss that becomes NaN goes back to the last checkpoint", async () => {
    const model = defineModel({
      ...line,
      name: "breaks",
      loss: (context) => {
        const { tf, weights } = context;
        return tf.add(line.loss(context), tf.mul(0, tf.log(tf.sub(0.3, weights.height))).mean());
      },
    });
    const session = await store.session("breaks", { model, ...options });
    const failure = await session.train({ to: 200 }).done.catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: "LossNotFinite" });
    const kept = session.at(session.step);
    expect(await session.digest()).toBe(await kept.digest());
    await kept.close();
  });
});
