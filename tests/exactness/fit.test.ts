import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
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
    // How many keyframes there are by then is up to how fast the disk is: one there is in any case.
    await fit(folder, 8);
    const { code } = await runProgram(process.execPath, [script, folder, "4", "19", "kill"]);
    expect(code).toBe(null);
    const store = await open({ from: folder });
    const newest = store.store.checkpoints.latest(store.sessions.list()[0]!.id)!.step;
    await store.close();
    const second = await fit(folder);
    expect(second.from).toBeGreaterThanOrEqual(8);
    expect(second.from).toBe(newest);
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
    await expect(fork.fork("other", { data: x } as never)).rejects.toThrow(code("ForkDiffers"));
    await expect(fork.fork("other", { batchSize: 3 })).rejects.toThrow(code("OptionUnknown"));
  });

  describe("a fork that is compiled otherwise", () => {
    const anew = (optimizer: tf.Optimizer, units = 10): tf.Sequential => {
      const built = digitsModel(tf, { units }) as tf.Sequential;
      built.compile({ optimizer, loss: "categoricalCrossentropy", metrics: ["accuracy"] });
      return built;
    };
    const columns = async (it: Session, name: string): Promise<(number | null)[]> =>
      [...(await it.metrics({ columns: [name] })).getChild(name)!] as (number | null)[];

    test("with another learning rate it goes on with what Adam has gathered", async () => {
      const slower = anew(tf.train.adam(0.001));
      const slow = await session.fork("slow", { at: 9, model: slower });
      await slower.fit(x, y, { ...how, epochs: 3, callbacks: slow.callback() });
      const rates = Array.from({ length: 15 }, (_, at) => (at < 9 ? 0.01 : 0.001));
      expect(await columns(slow, "learning_rate")).toEqual(rates);
      // What tfjs itself makes of the same state when its rate is set.
      const plain = await session.fork("plain", { at: 9 });
      const set = new tf.CustomCallback({
        async onTrainBegin() {
          (model.optimizer as unknown as { learningRate: number }).learningRate = 0.001;
        },
      });
      await model.fit(x, y, { ...how, epochs: 3, callbacks: [plain.callback(), set] });
      expect(await columns(slow, "train_loss")).toEqual(await columns(plain, "train_loss"));
      const weights = (of: tf.Sequential) => of.getWeights().map((it) => it.dataSync());
      expect(weights(slower)).toEqual(weights(model));
      // Its own steps are made again from what its parent stored.
      const end = await slow.digest();
      await slow.rewind(11);
      await slow.restore();
      await slower.fit(x, y, { ...how, epochs: 3, callbacks: slow.callback() });
      expect(await slow.digest()).toBe(end);
      expect((await session.diff(slow, { weights: false })).settings).toEqual([
        { option: "optimizer.learningRate", one: "0.01", other: "0.001" },
      ]);
    });

    test("with another optimizer it has the weights, and begins anew with the rest", async () => {
      const other = anew(tf.train.adagrad(0.05));
      const fork = await session.fork("adagrad", { at: 9, model: other });
      const data = { from: "adam", to: "adagrad" };
      expect(fork.events).toMatchObject([{ kind: "optimizer_reset", step: 9, data }]);
      const [before, parent] = [await fork.digest(), await columns(session, "train_loss")];
      await other.fit(x, y, { ...how, epochs: 3, callbacks: fork.callback() });
      const losses = await columns(fork, "train_loss");
      // The loss of a step is that of the weights before it.
      expect(losses.slice(0, 10)).toEqual(parent.slice(0, 10));
      expect(losses[10]).not.toBe(parent[10]);
      const [end, twelve] = [await fork.digest(), fork.at(12)];
      await twelve.digest();
      await twelve.close();
      // The same model back at the beginning has forgotten what it had gathered.
      await fork.rewind(9);
      expect(await fork.digest()).toBe(before);
      await other.fit(x, y, { ...how, epochs: 3, callbacks: fork.callback() });
      expect(await columns(fork, "train_loss")).toEqual(losses);
      expect(await fork.digest()).toBe(end);
    });

    test("the same fork again is the one that is there; what is no such model is refused", async () => {
      const fork = await session.fork("again", { at: 9, model: anew(tf.train.sgd(0.1)) });
      const built = anew(tf.train.sgd(0.1));
      expect(await session.fork("again", { at: 9, model: built })).toBe(fork);
      expect(fork.layers).toBe(built);
      for (const [given, wanted] of [
        [{ model: anew(tf.train.sgd(0.2)) }, "SessionDiffers"],
        [{ model: anew(tf.train.sgd(0.1), 11) }, "ForkDiffers"],
        [{ model: "built" }, "OptionInvalid"],
      ] as const)
        await expect(session.fork("again", { at: 9, ...given } as never)).rejects.toThrow(
          code(wanted),
        );
      // The model of a session compiled otherwise would go on with what the session does not say.
      built.compile({ optimizer: tf.train.adam(0.1), loss: "categoricalCrossentropy" });
      const fitting = built.fit(x, y, { ...how, epochs: 3, callbacks: fork.callback() });
      await expect(fitting).rejects.toThrow(code("SessionDiffers"));
      expect(fork.step).toBe(9);
    });
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
    expect([other.step, other.run]).toEqual([10, null]);
    expect(other.runs).toHaveLength(1);
  });

  test("paused, then its cells run again with a model built anew: that one goes on", async () => {
    const first = digitsModel(tf);
    const other = await store.session("rebuilt", { model: first });
    const fitting = first.fit(x, y, { ...how, epochs: 4, callbacks: other.callback() });
    while (!other.run) await new Promise((resolve) => setImmediate(resolve));
    await other.run.until(7);
    await other.run.pause();
    const anew = digitsModel(tf);
    await store.session("rebuilt", { model: anew });
    await anew.fit(x, y, { ...how, epochs: 4, callbacks: other.callback() });
    await fitting;
    expect(await other.digest()).toBe(digests[19]);
    expect(other.runs.map(({ status }) => status)).toEqual(["interrupted", "completed"]);
  });

  test("looking at steps that are made again leaves no tensor behind", async () => {
    const look = async (step: number): Promise<void> => {
      const past = session.at(step);
      await past.digest();
      await past.close();
    };
    await look(8);
    const { numTensors } = tf.memory();
    await look(8);
    await look(14);
    expect(tf.memory().numTensors).toBe(numTensors);
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

  test("a damaged checkpoint: it goes on from the one before, and says so", async () => {
    const folder = emptyFolder("damaged");
    const openHere = () => open({ from: folder, keyframes: { minimumSteps: 6, share: 1 } });
    const train = async (its: Session, built: tf.LayersModel): Promise<void> => {
      await built.fit(x, y, { ...how, epochs: 4, callbacks: its.callback() });
    };
    let its = await openHere();
    const first = digitsModel(tf);
    await train(await its.session("digits", { model: first }), first);
    const { id } = its.sessions.list()[0]!;
    const newest = its.store.checkpoints.latest(id)!;
    const [tensor] = its.store.checkpoints.manifest(newest.id).tensors;
    const packs = join(its.path, "packs");
    const file = join(
      packs,
      readdirSync(packs).find((name) => name.startsWith(tensor!.pack))!,
    );
    await its.close();
    const bytes = readFileSync(file);
    bytes[statSync(file).size - 100]! ^= 1;
    writeFileSync(file, bytes);
    its = await openHere();
    const built = digitsModel(tf);
    const again = await its.session("digits", { model: built });
    await again.restore();
    expect(again.step).toBeLessThan(20);
    expect(await again.digest()).toBe(digests[again.step - 1]);
    await train(again, built);
    expect(await again.digest()).toBe(digests[19]);
    expect(again.events.map(({ kind }) => kind)).toContain("checkpoint_damaged");
    await its.close();
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
