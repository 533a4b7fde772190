import { openStores } from "@forkpoint/training";

/**
 * Pauses every run that trains behind the cells, at a step boundary with a checkpoint, and says
 * where each stands: what the interrupt button means for training.
 *
 * @returns a sentence for each run; none when nothing trained
 * @example for (const sentence of await pauseTraining()) console.log(sentence);
 */
export async function pauseTraining(): Promise<string[]> {
  const sessions = (await openStores()).flatMap((store) => store.open);
  const training = sessions.filter(({ run }) => run?.status === "running");
  return Promise.all(
    training.map(async (session) => {
      const { step } = await session.run!.pause();
      return (
        `Training of ${session.name} is paused after step ${step.toLocaleString("en-US")}, saved. ` +
        "To go on, run its cell again or call run.continue()."
      );
    }),
  );
}
