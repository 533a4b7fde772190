import { adamW } from "forkpoint";
import type { Session, SessionOptions, TrainingStore } from "forkpoint";
import { describe, expect, test } from "vitest";
import { emptyFolder } from "../support/child.js";
import { losses, openIn, options } from "./straight-run.js";

const LAST = 60;
const sessions: Record<string, SessionOptions> = {
  one: options,
  "another seed": { ...options, seed: 8 },
  "other settings": { ...options, optimizer: adamW({ learningRate: 3e-3 }), batchSize: 6 },
  eager: { ...options, engine: "eager" },
};

async function outcome(session: Session) {
  return { digest: await session.digest(), losses: await losses(session) };
}

/** Trains sessions in one store, all at once or each when the one before has ended. */
async function trainAll(atOnce: boolean): Promise<Record<string, unknown>> {
  const store: TrainingStore = await openIn(emptyFolder("together"));
  const made = await Promise.all(
    Object.entries(sessions).map(([name, wanted]) => store.session(name, wanted)),
  );
  if (atOnce) await Promise.all(made.map((session) => session.train({ to: LAST }).done));
  else for (const session of made) await session.train({ to: LAST }).done;
  const found: Record<string, unknown> = {};
  for (const session of made) found[session.name] = await outcome(session);
  await store.close();
  return found;
}

describe("several sessions train at once", () => {
  test("each comes out as it does alone", async () => {
    const alone = await trainAll(false);
    expect(new Set(Object.values(alone).map((one) => JSON.stringify(one))).size).toBe(4);
    expect(await trainAll(true)).toEqual(alone);
  });

  test("also while one of them goes back in time and another is looked at", async () => {
    const store = await openIn(emptyFolder("together"));
    const [still, moving] = [
      await store.session("still", options),
      await store.session("moving", options),
    ];
    await moving.train({ to: LAST }).done;
    const wanted = await outcome(moving);
    const run = still.train({ to: LAST });
    await run.until(10);
    await moving.rewind(33);
    const past = still.at(5);
    await past.digest();
    await moving.train({ to: LAST }).done;
    await run.done;
    await past.close();
    expect(await outcome(moving)).toEqual(wanted);
    expect(await outcome(still)).toEqual(wanted);
    await store.close();
  });
});
