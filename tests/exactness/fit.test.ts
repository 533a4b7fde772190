import { join } from "node:path";
import * as tf from "@tensorflow/tfjs";
import { open } from "forkpoint";
import type { Session, TrainingStore } from "forkpoint";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { emptyFolder, root, runProgram, succeed } from "../support/child.js";
import { digits, digitsModel } from "../support/digits.mjs";

interface Fitted {
  from: number;
  step: number;
  digest: string;
  losses: number[];
  accuracy: number[];
  validation: (number | null)[];
  history: Record<string, number[]>;
  weights: number[][];
  status: string;
}

const script = join(root, "tests/exactness/fit.mjs");
const fit = async (folder: string, ...more: (string | number)[]): Promise<Fitted> =>
  JSON.parse(await succeed(process.execPath, [script, folder, "4", ...more.map(String)])) as Fitted;

describe("model.fit of a small CNN, in processes of their own", () => {
  let straight: Fitted;
  beforeAll(async () => {
    straight = await fit(emptyFolder("straight"));
  });

  const day = Math.floor(Date.now() / 86_400_000);
  const steps = process.env["FORKPOINT_LONG"] ? [1, 5, 8, 9, 16, 23, 31] : [8, 1 + (day % 31)];
  test.each(steps)("stopped after step %i, a new one goes on bit for bit", async (step) => {
    const folder = emptyFolder("stopped");
    const first = await fit(folder, step);
    expect([first.step, first.status]).toEqual([step, "interrupted"]);
    const second = await fit(folder);
    expect(second.from).toBe(step);
    for (const part of ["digest", "losses", "accuracy", "validation", "weights"] as const)
      expect(second[part]).toEqual(straight[part]);
    // The averages of the epoch in which it was stopped are those of the whole epoch.
    const begun = Math.floor(step / 8);
    expect(second.history["loss"]).toEqual(straight.history["loss"]!.slice(begun));
    expect((await fit(folder)).history).toEqual({});
  });

  test("killed, it comes out the same", async () => {
    const folder = emptyFolder("killed");
    const { code } = await runProgram(process.execPath, [script, folder, "4", "19", "kill"]);
    expect(code).toBe(null);
    const second = await fit(folder);
    expect(second.from).toBeGreaterThanOrEqual(8);
    expect(second.digest).toBe(straight.digest);
    expect(second.losses).toEqual(straight.losses);
  });
});

const code = (wanted: string) => expect.objectContaining({ code: wanted });

describe("a session of a tf.LayersModel", () => {
  let store: TrainingStore;
  let session: Session;
  let model: tf.Sequential;
  const { x, y } = digits(tf, 100);
  const how = { batchSize: 20, verbose: 0 } as const;
  const digests: string[] = [];
  const looks = new tf.CustomCallback({
    async onBatchEnd() {
      const step = digests.push(await session.digest());
      if (step === 7) await session.save("seven");
    },
  });

  beforeAll(async () => {
    const keyframes = { minimumSteps: 6, share: 1 };
    store = await open({ from: emptyFolder("layers"), keyframes, onFailure: () => {} });
    model = digitsModel(tf) as tf.Sequential;
    session = await store.session("digits", { model });
    await model.fit(x, y, { ...how, epochs: 4, callbacks: [session.callback(), looks] });
  });
  afterAll(() => store.close());

  test("each batch is a step, with its metrics", async () => {
    expect(session.step).toBe(20);
    const table = await session.metrics({ columns: ["train_loss", "acc", "learning_rate"] });
    expect(table.numRows).toBe(20);
    expect(table.getChild("learning_rate")!.get(3)).toBe(0.01);
    expect(new Set(digests).size).toBe(20);
  });

  test.each([6, 9, 13, 20])("at(%i) is that step, stored or made again", async (step) => {
    const before = model.getWeights().map((it) => it.dataSync());
    const old = session.at(step);
    expect(await old.digest()).toBe(digests[step - 1]);
    expect((await old.state()).get("model/0.Conv2D/kernel")!.shape).toEqual([3, 3, 1, 6]);
    await expect(old.evaluate()).rejects.toThrow(code("ModelCannot"));
    await old.close();
    expect(model.getWeights().map((it) => it.dataSync())).toEqual(before);
  });

  test("a saved model, loaded, goes on to the same end", async () => {
    const loaded = await store.models.load("seven");
    expect(await loaded.digest()).toBe(digests[6]);
    await model.fit(x, y, { ...how, epochs: 4, callbacks: loaded.callback() });
    expect(await loaded.digest()).toBe(digests[19]);
  });

  test("a fork from any step does, and rewinding", async () => {
    const fork = await session.fork("fork", { at: 9 });
    await model.fit(x, y, { ...how, epochs: 3, callbacks: fork.callback() });
    expect(await fork.digest()).toBe(digests[14]);
    await fork.rewind(11);
    expect(await fork.digest()).toBe(digests[10]);
    await fork.restore();
    await model.fit(x, y, { ...how, epochs: 4, callbacks: fork.callback() });
    expect(await fork.digest()).toBe(digests[19]);
    await expect(fork.fork("other", { model } as never)).rejects.toThrow(code("ForkDiffers"));
    await expect(fork.fork("other", { batchSize: 3 })).rejects.toThrow(code("OptionUnknown"));
  });

  test("paused and continued, or its cell run again, it is one run", async () => {
    const other = await store.session("pausing", { model: digitsModel(tf) });
    const fitting = other.layers!.fit(x, y, { ...how, epochs: 2, callbacks: other.callback() });
    while (!other.run) await new Promise((resolve) => setImmediate(resolve));
    await other.run.until(3);
    await other.run.pause();
    expect(other.run.status).toBe("paused");
    const step = other.step;
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(other.step).toBe(step);
    const again = other.layers!.fit(x, y, { ...how, epochs: 2, callbacks: other.callback() });
    expect(await again).toBe(await fitting);
    expect(other.step).toBe(10);
    expect(other.runs).toHaveLength(1);
  });

  test("what a user can get wrong: typed errors, nothing lost", async () => {
    const settings = { ...how, epochs: 5 };
    const asks = (given: object) => store.session("digits", given as never);
    await expect(asks({ model: digitsModel(tf, { units: 11 }) })).rejects.toThrow(
      code("ModelDiffers"),
    );
    await expect(asks({ model: digitsModel(tf, { learningRate: 1 }) })).rejects.toThrow(
      code("SessionDiffers"),
    );
    await expect(asks({ model, batchSize: 3 })).rejects.toThrow(code("OptionUnknown"));
    await expect(asks({ model: tf.sequential() })).rejects.toThrow(code("OptionInvalid"));
    const callbacks = () => session.callback();
    const fits = (given: object, input = x) =>
      model.fit(input, y, { ...settings, callbacks: callbacks(), ...given });
    await expect(fits({ batchSize: 25 })).rejects.toThrow(code("SessionDiffers"));
    await expect(fits({}, tf.zerosLike(x))).rejects.toThrow(code("SessionDiffers"));
    await expect(fits({ initialEpoch: 1 })).rejects.toThrow(code("OptionInvalid"));
    const stranger = digitsModel(tf);
    await expect(stranger.fit(x, y, { ...settings, callbacks: callbacks() })).rejects.toThrow(
      code("ModelCannot"),
    );
    await expect(session.train({ to: 30 }).done).rejects.toThrow(code("ModelCannot"));
    await expect(session.evaluate()).rejects.toThrow(code("ModelCannot"));
    await expect(session.merge(await store.session("fork"))).rejects.toThrow(code("ModelCannot"));
    expect(session.step).toBe(20);
    expect(await session.digest()).toBe(digests[19]);
  });

  test("its callback is refused to a second model while a fit goes on", async () => {
    const first = digitsModel(tf);
    const busy = await store.session("busy", { model: first });
    const fitting = first.fit(x, y, { ...how, epochs: 2, callbacks: busy.callback() });
    while (!busy.run) await new Promise((resolve) => setImmediate(resolve));
    await store.session("busy", { model: digitsModel(tf) });
    expect(() => busy.callback()).toThrow(code("SessionBusy"));
    await fitting;
    expect(busy.step).toBe(10);
  });

  test("two sessions fit at once, each as if alone", async () => {
    const pairs = await Promise.all(
      ["left", "right"].map(async (name) => {
        const its = digitsModel(tf);
        return { its, session: await store.session(name, { model: its }) };
      }),
    );
    await Promise.all(
      pairs.map(({ its, session: one }) =>
        its.fit(x, y, { ...how, epochs: 4, callbacks: one.callback() }),
      ),
    );
    for (const { session: one } of pairs) expect(await one.digest()).toBe(digests[19]);
  });

  test("a loss that becomes NaN: back at the last checkpoint, in the model too", async () => {
    const wild = digitsModel(tf, { learningRate: 1e20 });
    const bad = await store.session("wild", { model: wild });
    const fitting = wild.fit(x, y, { ...how, epochs: 9, callbacks: bad.callback() });
    await expect(fitting).rejects.toThrow(code("LossNotFinite"));
    expect(bad.runs.at(-1)).toMatchObject({ status: "failed", error: { code: "LossNotFinite" } });
    expect(bad.events.at(-1)!.kind).toBe("spike");
    const kept = bad.at(bad.step);
    const stored = (await kept.state()).get("model/0.Conv2D/kernel")!.values;
    expect(wild.getWeights()[0]!.dataSync()).toEqual(stored);
    await kept.close();
  });

  test("opened by its name alone: looked at, not fitted; steps between need the fit", async () => {
    const { path } = store;
    await store.close();
    const looking = `
      import { open } from "forkpoint";
      const store = await open({ path: ${JSON.stringify(path)} });
      const session = await store.session("digits");
      const failures = [];
      const failed = ({ code, message, data }) => failures.push({ code, message, data });
      try { session.callback(); } catch (error) { failed(error); }
      await session.at(3).digest().catch(failed);
      const digest = await session.digest();
      console.log(JSON.stringify({ failures, digest, step: session.step }));
      await store.close();`;
    const output = await succeed(process.execPath, ["--input-type=module", "-e", looking]);
    const { failures, digest, step } = JSON.parse(output);
    expect([step, digest]).toEqual([20, digests[19]]);
    expect(failures).toEqual([
      expect.objectContaining({ code: "ModelCodeMissing" }),
      expect.objectContaining({
        code: "StepNotStored",
        data: { session: "digits", step: 3, nearest: 0 },
        message: expect.stringContaining("run the cell that calls model.fit first"),
      }),
    ]);
  });
});
