import fc from "fast-check";
import type { Session, SessionOptions, TrainingStore } from "forkpoint";
import { expect } from "vitest";
import { emptyFolder } from "../support/child.js";
import { trainUntilKilled } from "./kill.js";
import { LAST, losses, openIn } from "./straight-run.js";
import type { Straight } from "./straight-run.js";

const part = fc.integer({ min: 0, max: 100 }).map((percent) => percent / 100);
const steps = fc.integer({ min: 1, max: 25 });

/** What may happen to a session on a journey. `back` and `at` are shares of the way so far. */
const move = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("train" as const), steps }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("save while training" as const), steps }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("pause" as const), steps }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("stop" as const), steps }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("rewind" as const), back: part }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("fork" as const), back: part }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("look" as const), back: part }) },
  {
    weight: 2,
    arbitrary: fc.record({
      ...{ kind: fc.constant("merge and undo" as const), steps: fc.integer({ min: 1, max: 5 }) },
      strategy: fc.constantFrom("adopt" as const, "average" as const, "delta" as const),
      on: fc.integer({ min: 0, max: 3 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("kill -9" as const),
      ...{ steps, delay: fc.integer({ min: 0, max: 60 }) },
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constantFrom(...(["save", "load", "reopen", "evaluate", "sample"] as const)),
    }),
  },
);
type Move = typeof move extends fc.Arbitrary<infer One> ? One : never;

/** Random schedules of moves. */
export const journeys = fc.array(move, { minLength: 3, maxLength: 9 });

interface Traveller {
  folder: string;
  store: TrainingStore;
  session: Session;
  /** For names that are not taken. */
  made: number;
}

/**
 * Takes a session through a schedule. After each move its state is that of the straight run's step;
 * at the end every loss is.
 */
export async function travel(
  schedule: Move[],
  straight: Straight,
  options: SessionOptions,
): Promise<void> {
  const folder = emptyFolder("journey");
  const store = await openIn(folder);
  const session = await store.session("traveller", options);
  const at: Traveller = { folder, store, session, made: 0 };
  try {
    for (const one of schedule) {
      await make(one, at, straight);
      expect(await at.session.digest()).toBe(straight.digests[at.session.step]);
    }
    await at.session.train({ to: LAST }).done;
    expect(await losses(at.session)).toEqual(straight.losses);
    expect(await at.session.digest()).toBe(straight.digests[LAST]);
  } finally {
    await at.store.close();
  }
}

async function make(one: Move, at: Traveller, straight: Straight): Promise<void> {
  const { session } = at;
  const ahead = (count: number): number => Math.min(LAST, session.step + count);
  const behind = (share: number): number => Math.floor(share * session.step);
  switch (one.kind) {
    case "train":
      await session.train({ to: ahead(one.steps) }).done;
      return;
    case "save while training": {
      const run = session.train({ to: LAST });
      const { step } = await run.until(ahead(one.steps));
      const saved = await session.save(`on the way ${++at.made}`);
      expect(saved.step).toBe(step);
      await run.stop();
      return;
    }
    case "pause": {
      if (ahead(one.steps) === LAST) return;
      const run = session.train({ to: LAST });
      await run.until(ahead(one.steps));
      await run.pause();
      await run.continue();
      await run.done;
      return;
    }
    case "stop": {
      const run = session.train({ to: LAST });
      await run.until(ahead(one.steps));
      await run.stop();
      return;
    }
    case "rewind":
      await session.rewind(behind(one.back));
      return;
    case "fork":
      at.session = await session.fork(`fork ${++at.made}`, { at: behind(one.back) });
      return;
    case "look": {
      const step = behind(one.back);
      const past = session.at(step);
      expect(await past.digest()).toBe(straight.digests[step]);
      await past.close();
      return;
    }
    case "merge and undo":
      return mergeAndUndo(one, at);
    case "kill -9": {
      if (session.step === LAST) return;
      const { name } = session;
      const step = ahead(one.steps);
      await at.store.close();
      await trainUntilKilled({ folder: at.folder, session: name, step, delay: one.delay });
      return open(at, name);
    }
    case "save":
      await session.save("kept", { replace: true });
      return;
    case "load": {
      const model = await session.save(`loaded ${++at.made}`);
      at.session = await at.store.models.load(model.id);
      return;
    }
    case "reopen": {
      const { name } = session;
      await at.store.close();
      return open(at, name);
    }
    case "evaluate":
      await session.evaluate();
      return;
    case "sample":
      await session.sample("A", { tokens: 3 });
      return;
  }
}

// Another branch's weights are taken in and trained on with; going back before that undoes it.
async function mergeAndUndo(
  { steps: apart, strategy, on }: Extract<Move, { kind: "merge and undo" }>,
  at: Traveller,
): Promise<void> {
  const { session } = at;
  if (session.step === 0) return;
  const before = session.step;
  const rival = await session.fork(`rival ${++at.made}`, { seed: 8 });
  await rival.train({ steps: apart }).done;
  const digest = await session.digest();
  const { committed } = await session.merge(rival, { strategy, evenIfWorse: true });
  expect(committed).toBe(true);
  expect(await session.digest()).not.toBe(digest);
  if (on > 0) await session.train({ steps: on }).done;
  await session.rewind(before - 1);
  await rival.close();
}

async function open(at: Traveller, name: string): Promise<void> {
  at.store = await openIn(at.folder);
  at.session = await at.store.session(name);
}
