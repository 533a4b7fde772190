import { openStores } from "@forkpoint/training";
import type { Session } from "@forkpoint/training";

/** Where training behind the cells stands. */
export interface Progress {
  session: string;
  status: string;
  step: number;
  target: number;
}

/**
 * Resolves when no run trains behind the cells any more, paused ones aside; resolves with the
 * messages of runs that failed. `stop` ends them at a step boundary, with a checkpoint, instead of
 * waiting. `forkpoint run` waits by it.
 *
 * @example
 * await settled({ onProgress: ({ session, step }) => console.log(session, step) });
 */
export async function settled(
  options: {
    onProgress?: (progress: Progress) => void;
    everySeconds?: number;
    stop?: boolean;
  } = {},
): Promise<string[]> {
  const failures: string[] = [];
  const watched = new Set<string>();
  if (options.stop) await Promise.all((await training()).map(({ run }) => run!.stop()));
  for (let active = await training(); active.length > 0; active = await training()) {
    for (const session of active) {
      watched.add(session.id);
      const row = session.runs.at(-1);
      if (!row) continue;
      const { status, targetStep: target } = row;
      options.onProgress?.({ session: session.name, status, step: session.step, target });
    }
    const ends = active.map(({ run }) => run!.ended);
    await Promise.race([
      ...ends,
      new Promise((resolve) => setTimeout(resolve, (options.everySeconds ?? 1) * 1000)),
    ]);
  }
  // A failure that nobody awaits is reported a turn after its run has ended; it comes first.
  await new Promise((resolve) => setTimeout(resolve, 20));
  for (const store of await openStores()) {
    for (const session of store.open) {
      const error = session.runs.at(-1)?.error;
      if (watched.has(session.id) && error) failures.push(`${session.name}: ${error.message}`);
    }
  }
  return failures;
}

async function training(): Promise<Session[]> {
  const stores = await openStores();
  const sessions = stores.flatMap((store) => store.open);
  return sessions.filter(({ run }) => run !== null && run.status !== "paused");
}
