import { adamW, microGPT } from "forkpoint";
import type { ReachOptions, Session, TrainingStore } from "forkpoint";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { emptyFolder } from "../support/child.js";
import { LAST, openIn, options } from "./straight-run.js";

describe("two sessions side by side", () => {
  let store: TrainingStore;
  let session: Session;
  let hot: Session;

  beforeAll(async () => {
    store = await openIn(emptyFolder("diff"));
    session = await store.session("sonnets", options);
    await session.train({ to: LAST }).done;
    hot = await session.fork("hot", { at: 47, optimizer: adamW({ learningRate: 3e-2 }) });
    await hot.train({ to: 63 }).done;
  });
  afterAll(() => store.close());

  test("nothing differs at the step they share, the most diverged tensor is first behind it", async () => {
    const checkpoints = store.store.checkpoints.list(session.id).length;
    const same = await session.diff(hot, { at: 47, otherAt: 47 });
    expect(same.weights.map(({ relative }) => relative)).toEqual(same.weights.map(() => 0));
    const { weights, one, other, shared } = await session.diff(hot, { at: 60 });
    expect([one.step, other.step, shared]).toEqual([60, 63, { sessionId: session.id, step: 47 }]);
    const states = [session.at(60), hot.at(63)];
    const [mine, theirs] = await Promise.all(states.map((past) => past.state()));
    expect(weights.map(({ name }) => `model/${name}`).sort()).toEqual(
      [...mine!.keys()].filter((name) => name.startsWith("model/")).sort(),
    );
    for (const { name, largest } of weights) {
      const [a, b] = [mine!, theirs!].map((state) => state.get(`model/${name}`)!.values);
      expect(largest).toBe(a!.reduce((most, x, at) => Math.max(most, Math.abs(x - b![at]!)), 0));
    }
    const order = weights.map(({ relative }) => relative);
    expect(order).toEqual(order.toSorted((a, b) => b - a));
    expect(order[0]).toBeGreaterThan(0);
    await Promise.all(states.map((past) => past.close()));
    // A look leaves nothing behind.
    expect(store.store.checkpoints.list(session.id)).toHaveLength(checkpoints);
  });

  test("settings, curves and samples are aligned", async () => {
    const { settings, curves, samples } = await session.diff(hot, { weights: false });
    expect(settings).toEqual([{ option: "optimizer.learningRate", one: "0.01", other: "0.03" }]);
    const at = (step: number): number => curves.train.step.indexOf(step);
    expect(curves.train.one[at(47)]).toBe(curves.train.other[at(47)]);
    expect(curves.train.one[at(60)]).not.toBe(curves.train.other[at(60)]);
    expect(curves.train.other[at(LAST)]).toBeNaN();
    expect(samples.map(({ step }) => step)).toEqual([0, 30, 60, 63, 90]);
    expect(samples[1]!.one).toBe(samples[1]!.other);
    expect(samples[4]).toMatchObject({ one: expect.any(String), other: null });
  });

  test("other shapes, unknown steps and misspelt options are refused", async () => {
    const wide = await store.session("wide", {
      ...options,
      model: microGPT({ layers: 2, heads: 2, embed: 64, block: 16 }),
    });
    await expect(session.diff(wide)).rejects.toMatchObject({ code: "DiffIncompatible" });
    const { settings } = await session.diff(wide, { weights: false });
    expect(settings.map(({ option }) => option)).toContain("model.config.embed");
    await expect(session.diff(hot, { at: 91 })).rejects.toMatchObject({ code: "StepOutOfRange" });
    await expect(session.diff(hot, { step: 3 } as never)).rejects.toMatchObject({
      code: "OptionUnknown",
    });
  });

  test("whatever makes steps again can be ended: before it begins, at its first step, at its last", async () => {
    const begun: AbortController[] = [];
    type When = (at: { step: number; to: number }) => boolean;
    const ways = (when: When, forkAt = 56): Promise<unknown>[] => {
      const reach = (): ReachOptions => {
        const control = new AbortController();
        begun.push(control);
        return {
          signal: control.signal,
          onProgress: (at) => when(at) && control.abort(),
        };
      };
      // Each where no other stores a step on its way.
      return [
        session.diff(hot, { at: 59, ...reach() }),
        session.replay({ from: 37, to: 39, ...reach() }, () => ({})),
        session.recordSnapshots({ from: 37, to: 39, every: 1, ...reach() }),
        session.fork("never", { at: forkAt, ...reach() }),
      ];
    };
    const cancelled = { status: "rejected", reason: { code: "ReplayCancelled" } };
    const all = Array.from({ length: 4 }, () => cancelled);
    const early = ways(() => false);
    for (const control of begun) control.abort();
    expect(await Promise.allSettled(early)).toMatchObject(all);
    expect(await Promise.allSettled(ways(() => true))).toMatchObject(all);
    // At its last step: the first side of two is compared with nothing, and no branch is made; what
    // looks at each step has looked at all.
    const [side, again, snapshots, branch] = await Promise.allSettled(
      // A fork that was ended may have stored its step by then: nothing would be made again.
      ways(({ step, to }) => step === to, 57),
    );
    expect([side, branch]).toMatchObject([cancelled, cancelled]);
    expect([again, snapshots].map((way) => way?.status)).toEqual(["fulfilled", "fulfilled"]);
    expect(store.store.sessions.byName("never")).toBeNull();
    // Also where nothing is to be made again.
    const signal = AbortSignal.abort();
    await expect(session.fork("never", { at: 30, signal })).rejects.toMatchObject(cancelled.reason);
    await expect(session.rewind(30, { signal })).rejects.toMatchObject(cancelled.reason);
    expect(session.step).toBe(LAST);
  });
});
