import { adamW, corpus, microGPT, open } from "forkpoint";
import type { Session, SessionOptions, TrainingStore } from "forkpoint";
import { emptyFolder } from "../support/child.js";

/** The last step of the runs that are compared. */
export const LAST = 90;

/** A session small enough to be run hundreds of times, with dropout so that random numbers count. */
export const options = {
  model: microGPT({ layers: 2, heads: 2, embed: 32, block: 16, dropout: 0.1 }),
  data: corpus.sonnets(),
  optimizer: adamW({ learningRate: 1e-2 }),
  batchSize: 4,
  seed: 7,
  evaluateEvery: 30,
  sampleTokens: 4,
} satisfies SessionOptions;

const keyframes = { minimumSteps: 20, share: 1 };

/** Opens the store of a folder, with keyframes so far apart that most steps are not stored. */
export const openIn = (folder: string): Promise<TrainingStore> =>
  open({ from: folder, keyframes, onFailure: () => {} });

/** The training loss of every step of a session, inherited ones included. */
export async function losses(session: Session): Promise<(number | null)[]> {
  const table = await session.metrics({ columns: ["train_loss"] });
  return Array.from(table.getChild("train_loss")!, (loss) => loss as number | null);
}

/** A run straight through, with the digest after every step: what all else is compared with. */
export interface Straight {
  losses: (number | null)[];
  digests: string[];
}

/** Trains straight through in a store of its own. */
export async function runStraight(engine: "compiled" | "eager" = "compiled"): Promise<Straight> {
  const store = await openIn(emptyFolder("straight"));
  const session = await store.session("straight", { ...options, engine });
  const digests = [await session.digest()];
  const run = session.train({ to: LAST });
  let reached = run.until(1);
  for (let step = 1; step <= LAST; step++) {
    await reached;
    const digest = session.digest();
    // Asked before the next await: training holds until then, and not any longer.
    if (step < LAST) reached = run.until(step + 1);
    digests.push(await digest);
  }
  await run.done;
  const straight = { losses: await losses(session), digests };
  await store.close();
  return straight;
}
