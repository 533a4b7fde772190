import { currentKernel } from "@forkpoint/jupyter";
import { openStores, setFailureListener } from "@forkpoint/training";

setFailureListener((error) => currentKernel()?.reportError(error));

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

/**
 * Closes every store. A run stops at a step boundary with a checkpoint, so that running the cells
 * again goes on.
 *
 * @example await closeStores();
 */
export async function closeStores(): Promise<void> {
  await Promise.all((await openStores()).map((store) => store.close()));
}
