import { corpus, microGPT, open } from "forkpoint";
import type { Session, Snapshot } from "forkpoint";
import { expect, test } from "vitest";
import { emptyFolder } from "../support/child.js";

const settings = {
  model: microGPT({ layers: 2, heads: 2, embed: 32, block: 16, dropout: 0.1 }),
  data: corpus.sonnets(),
  ...{ batchSize: 4, seed: 7, evaluateEvery: 20, sampleTokens: 10, prompt: "Shall I" },
};

async function trained(snapshots: boolean, interrupt: boolean): Promise<[string, Session]> {
  const store = await open({ from: emptyFolder("snapshots") });
  const wanted = snapshots ? { share: 1 } : false;
  const session = await store.session("sonnets", { ...settings, snapshots: wanted });
  const run = session.train({ to: 60 });
  if (interrupt) {
    await run.until(30);
    // A prompt set, a sample and a look back while it trains: nothing of it may reach the next step.
    await session.setPrompt("From fairest");
    await session.sample("When", { tokens: 5 });
  }
  await run.done;
  return [await session.digest(), session];
}

test("compiled steps have the same bits with snapshots, without, and with another prompt midway", async () => {
  const [[none], [all, shown], [asked, other]] = [
    await trained(false, false),
    await trained(true, false),
    await trained(true, true),
  ];
  expect(all).toBe(none);
  expect(asked).toBe(none);
  const attention = await shown.snapshots({ kinds: ["attention"], from: 20 });
  expect(attention.map(({ step }) => step)).toEqual([20, 40, 60]);
  const [first, ...later] = await other.snapshots({ kinds: ["probabilities"] });
  const prompts = [first!, ...later].map((it) => it.kind === "probabilities" && it.prompt);
  expect([prompts[0], prompts.at(-1)]).toEqual(["Shall I", "From fairest"]);
  expect(other.prompt).toBe("From fairest");

  // A branch has what its parent shows up to where they part.
  const branch = await shown.fork("branch", { at: 45 });
  const inherited = await branch.snapshots({ kinds: ["embeddings", "sample"] });
  expect([...new Set(inherited.map(({ step }) => step))]).toEqual([0, 20, 40]);
});

test("snapshots of steps behind are filled in by replay: those that training would have recorded", async () => {
  const [[, shown], [, bare]] = [await trained(true, false), await trained(false, false)];
  expect(await bare.snapshots()).toEqual([]);
  const before = await bare.digest();
  const branch = await bare.fork("branch", { at: 30 });
  await branch.train({ to: 50 }).done;
  const { steps } = await branch.recordSnapshots({ to: 40, every: 20 });
  expect(steps).toEqual([0, 20, 40]);
  const facts = (list: Snapshot[]) => list.map(({ wall: _, ...rest }) => rest);
  const filled = facts(await branch.snapshots());
  const straight = facts(await shown.snapshots({ to: 20 }));
  expect(filled.filter(({ step }) => step <= 20)).toEqual(straight);
  expect(
    filled
      .filter(({ step }) => step === 40)
      .map(({ kind }) => kind)
      .sort(),
  ).toEqual([...["attention", "embeddings", "probabilities", "sample"]]);
  // What its parent made is its parent's; the parent's own step 40 was another one.
  expect((await bare.snapshots()).map(({ step }) => step)).toEqual([0, 0, 0, 0, 20, 20, 20, 20]);
  expect(await bare.digest()).toBe(before);
});
