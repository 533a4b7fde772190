import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { adamW } from "forkpoint";
import type { Session, TrainingStore } from "forkpoint";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { emptyFolder, python, succeed } from "../support/child.js";
import { trainUntilKilled } from "./kill.js";
import { LAST, losses, openIn, options, runStraight } from "./straight-run.js";
import type { Straight } from "./straight-run.js";

let straight: Straight;

beforeAll(async () => {
  straight = await runStraight();
});

describe("every step of a session can be gone back to", () => {
  const folder = emptyFolder("travel");
  let store: TrainingStore;
  let session: Session;

  beforeAll(async () => {
    store = await openIn(folder);
    session = await store.session("sonnets", options);
    await session.train({ to: LAST }).done;
  });
  afterAll(() => store.close());

  test("keyframes are few, and how long the way to any step is, is known", () => {
    const { count, longestGap, seconds } = session.keyframes;
    expect(count).toBeLessThanOrEqual(7);
    // How far apart they are is up to how fast the disk is; what is said of it must be so.
    const steps = store.store.checkpoints.list(session.id).map(({ step }) => step);
    const stored = [...new Set(steps)].sort((a, b) => a - b);
    expect(stored.length).toBe(count);
    expect([stored[0], stored.at(-1)]).toEqual([0, LAST]);
    expect(stored[1]).toBeGreaterThanOrEqual(20);
    const gaps = stored.slice(1).map((step, i) => step - stored[i]!);
    expect(longestGap).toBe(Math.max(...gaps));
    expect(seconds).toBeGreaterThan(0);
  });

  test.each([0, 1, 33, 59, 60, LAST])("at(%i) is that step, bit for bit", async (step) => {
    const old = session.at(step);
    expect(await old.digest()).toBe(straight.digests[step]);
    const state = await old.state();
    expect(state.get("model/wte.weight") ?? [...state.values()][0]).toBeDefined();
    await old.close();
    expect(session.step).toBe(LAST);
  });

  test("looks one after the other share an engine, wherever they go", async () => {
    const looking = await store.session("looking", options);
    await looking.train({ to: LAST }).done;
    let started = 0;
    const count = ({ threadName }: { threadName?: string }) =>
      (started += Number(threadName === "forkpoint-engine"));
    process.on("worker", count as never);
    try {
      // Behind, on the way, at the same step, stored ones and others.
      for (const step of [33, 35, 35, LAST, 12, 0, 61]) {
        const old = looking.at(step);
        expect(await old.digest()).toBe(straight.digests[step]);
        await old.close();
      }
      expect(started).toBe(1);
      await looking.fork("from a look", { at: 44 });
      expect(started).toBe(1);
      // Ended on the way it is no use any more; the next look begins with another.
      const control = new AbortController();
      const onProgress = (): void => control.abort();
      const ended = looking.fork("ended", { at: 19, signal: control.signal, onProgress });
      await expect(ended).rejects.toMatchObject({ code: "ReplayCancelled" });
      const [one, other] = [looking.at(20), looking.at(21)];
      expect(await Promise.all([one.digest(), other.digest()])).toEqual(
        straight.digests.slice(20, 22),
      );
      await Promise.all([one.close(), other.close()]);
      const before = started;
      await looking.close();
      const again = looking.at(22);
      expect(await again.digest()).toBe(straight.digests[22]);
      expect(started).toBe(before + 1);
      await again.close();
    } finally {
      process.off("worker", count as never);
      await looking.close();
    }
  });

  test("a step that is none is refused", async () => {
    for (const step of [-1, 1.5, LAST + 1, Number.NaN]) {
      expect(() => session.at(step)).toThrow(expect.objectContaining({ code: "StepOutOfRange" }));
      await expect(session.rewind(step)).rejects.toMatchObject({ code: "StepOutOfRange" });
      await expect(session.fork("no", { at: step })).rejects.toMatchObject({
        code: "StepOutOfRange",
      });
    }
    expect(store.sessions.list().map(({ name }) => name)).not.toContain("no");
  });

  test("a fork with the same settings becomes what its parent became", async () => {
    const same = await session.fork("same", { at: 47 });
    expect(same.step).toBe(47);
    expect(await losses(same)).toEqual(straight.losses.slice(0, 48));
    await same.train({ to: LAST }).done;
    expect(await losses(same)).toEqual(straight.losses);
    expect(await same.digest()).toBe(straight.digests[LAST]);
    expect(await session.fork("same", { at: 47 })).toBe(same);
    await expect(session.fork("same", { at: 48 })).rejects.toMatchObject({
      code: "SessionDiffers",
    });
    // Inherited steps are as much its own.
    const inherited = same.at(33);
    expect(await inherited.digest()).toBe(straight.digests[33]);
    await inherited.close();
  });

  test("a fork may change how it trains, not what", async () => {
    const hot = await session.fork("hot", { at: 47, optimizer: adamW({ learningRate: 3e-2 }) });
    await hot.train({ to: 50 }).done;
    expect((await losses(hot)).slice(0, 49)).toEqual(straight.losses.slice(0, 49));
    expect((await losses(hot))[49]).not.toBe(straight.losses[49]);
    for (const change of [{ model: options.model }, { data: options.data }]) {
      await expect(session.fork("other", change as never)).rejects.toMatchObject({
        code: "ForkDiffers",
      });
    }
  });

  test("merging: adopt, average, delta; undone by rewinding before it", async () => {
    const left = await session.fork("left", { at: 60 });
    const right = await session.fork("right", { at: 60, seed: 8 });
    await left.train({ to: 70 }).done;
    await right.train({ to: 75 }).done;
    const [mine, theirs] = [left.at(70), right.at(75)];
    const values = async (past: typeof mine): Promise<Float32Array> =>
      [...(await past.state()).values()][0]!.values;
    const [a, b] = [await values(mine), await values(theirs)];
    const before = await left.digest();
    await left.merge(right, { strategy: "average", evenIfWorse: true });
    const merged = left.at(70);
    const c = await values(merged);
    expect(c[5]).toBe(Math.fround((a[5]! + b[5]!) / 2));
    expect(left.step).toBe(70);
    const { second } = parentsOf(store, left.id);
    expect(store.store.checkpoints.get(second!).sessionId).toBe(right.id);
    await left.train({ to: 72 }).done;
    await left.rewind(69);
    await left.train({ to: 70 }).done;
    expect(await left.digest()).toBe(before);
    await left.merge(right, { strategy: "adopt", evenIfWorse: true });
    const adopted = left.at(70);
    expect(await values(adopted)).toEqual(b);
    const refused = await left.merge(session, { strategy: "delta" });
    expect(refused.committed).toBe(refused.after <= refused.before);
    await expect(left.merge(left)).rejects.toMatchObject({ code: "MergeIncompatible" });
    for (const past of [mine, theirs, merged, adopted]) await past.close();
  });

  test("looking back adds columns to the past, one's own numbers to the present", async () => {
    await session.replay({ from: 58, to: 62 }, async (step, model) => ({
      probe: step + (await model.evaluate()) * 0,
    }));
    await session.log({ note: 1.5 });
    const table = await session.metrics({ from: 57, to: LAST, columns: ["probe", "note"] });
    const [probe, note] = ["probe", "note"].map((name) =>
      Array.from(table.getChild(name)!, (value) => value as number | null),
    );
    expect(probe!.slice(0, 7)).toEqual([null, 58, 59, 60, 61, 62, null]);
    expect(note!.at(-1)).toBe(1.5);
  });

  test("rewinding moves the name, the old branch stays; while training it stops it first", async () => {
    const branch = await session.fork("walker", { at: 60 });
    const old = branch.id;
    const run = branch.train({ to: LAST });
    await run.until(75);
    await branch.rewind(66);
    expect(run.status).toBe("interrupted");
    expect(branch.id).not.toBe(old);
    expect([branch.name, branch.step]).toEqual(["walker", 66]);
    const left = store.store.sessions.get(old);
    expect(left.name).toMatch(/^walker@\d+$/);
    expect(await branch.digest()).toBe(straight.digests[66]);
    await branch.train({ to: LAST }).done;
    expect(await branch.digest()).toBe(straight.digests[LAST]);
    expect(await losses(branch)).toEqual(straight.losses);
    expect(await store.session("walker")).toBe(branch);
    // Back over the fork, to an inherited step.
    await branch.rewind(12);
    expect(await branch.digest()).toBe(straight.digests[12]);
  });

  test("a replay can be followed and cancelled; then all is as it was", async () => {
    const branch = await session.fork("cancelled", { at: 60 });
    await branch.train({ to: 79 }).done;
    const names = store.sessions.list().map(({ name }) => name);
    const control = new AbortController();
    const seen: number[] = [];
    const rewound = branch.rewind(75, {
      signal: control.signal,
      onProgress({ step }) {
        seen.push(step);
        control.abort();
      },
    });
    await expect(rewound).rejects.toMatchObject({ code: "ReplayCancelled" });
    expect(seen.length).toBeGreaterThan(0);
    expect(store.sessions.list().map(({ name }) => name)).toEqual(names);
    expect(await branch.digest()).toBe(straight.digests[79]);
  });
});

function parentsOf(store: TrainingStore, sessionId: string) {
  const merge = store.store.checkpoints.list(sessionId).find(({ trigger }) => trigger === "merge")!;
  return { first: merge.parentCheckpointId, second: merge.secondParentCheckpointId };
}

test("a damaged pack: the keyframe before it is used, and it says so", async () => {
  const store = await openIn(emptyFolder("damaged"));
  const session = await store.session("damaged", options);
  await session.train({ to: 20 }).done;
  await session.train({ to: LAST }).done;
  const { checkpoint } = store.store.checkpoints.nearest(session.id, 55)!;
  const packs = join(store.path, "packs");
  const { tensors } = store.store.checkpoints.manifest(checkpoint.id);
  const file = join(
    packs,
    readdirSync(packs).find((name) => name.startsWith(tensors[0]!.pack))!,
  );
  const bytes = readFileSync(file);
  bytes[statSync(file).size - 100]! ^= 1;
  writeFileSync(file, bytes);
  const old = session.at(55);
  expect(await old.digest()).toBe(straight.digests[55]);
  await old.close();
  const event = session.events.find(({ kind }) => kind === "checkpoint_damaged");
  expect(event?.step).toBe(55);
  await store.close();
});

test.each([30, 55])(
  "killed after step %i: it goes on from its newest keyframe, and comes out the same",
  async (step) => {
    const folder = emptyFolder("killed");
    let store = await openIn(folder);
    // How many keyframes there are by then is up to how fast the disk is: one there is in any case.
    await (await store.session("killed", options)).train({ to: 20 }).done;
    await store.close();
    await trainUntilKilled({ folder, session: "killed", step });
    store = await openIn(folder);
    const { id } = store.sessions.list()[0]!;
    const stored = store.store.checkpoints.list(id).map((checkpoint) => checkpoint.step);
    const session = await store.session("killed");
    expect(session.step).toBeGreaterThanOrEqual(step - 45);
    expect(session.step).toBe(Math.max(...stored));
    expect(await session.digest()).toBe(straight.digests[session.step]);
    await session.train({ to: LAST }).done;
    expect(await losses(session)).toEqual(straight.losses);
    expect(await session.digest()).toBe(straight.digests[LAST]);
    const old = session.at(step);
    expect(await old.digest()).toBe(straight.digests[step]);
    await old.close();
    await store.close();
  },
);

test("a step that comes out otherwise is named, and the nearest stored one offered", async () => {
  const folder = emptyFolder("diverged");
  let store = await openIn(folder);
  let session = await store.session("diverged", options);
  await session.train({ to: LAST }).done;
  await store.close();
  const change = `
import glob, pyarrow.parquet as pq, pyarrow as pa
(path,) = glob.glob("${folder}/.forkpoint/metrics/*.parquet")
table = pq.read_table(path)
losses = table["train_loss"].to_pylist()
losses[table["step"].to_pylist().index(57)] += 1e-12
at = table.schema.get_field_index("train_loss")
pq.write_table(table.set_column(at, table.schema.field(at), pa.array(losses, pa.float64())), path)`;
  await succeed(python, ["-c", change]);
  store = await openIn(folder);
  session = await store.session("diverged");
  await expect(session.rewind(58)).rejects.toMatchObject({
    code: "ReplayDiverged",
    data: { step: 57, nearestCheckpoint: expect.any(Number) },
  });
  expect(session.step).toBe(LAST);
  await session.rewind(56);
  expect(await session.digest()).toBe(straight.digests[56]);
  await store.close();
});
