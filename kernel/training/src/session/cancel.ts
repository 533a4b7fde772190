import { ReplayCancelled } from "../errors/time-travel.js";
import type { EngineLink } from "./engine-link.js";

/**
 * What is made with an engine; a replay in it ends when the signal says so, also one that has yet to
 * begin.
 *
 * @throws ReplayCancelled
 * @example await cancellable(link, signal, link.ask({ kind: "state" }));
 */
export async function cancellable<Answer>(
  link: EngineLink,
  signal: AbortSignal | undefined,
  asked: Promise<Answer>,
): Promise<Answer> {
  // An engine that has ended needs no telling; what was asked of it has been rejected.
  const cancel = (): void => void link.ask({ kind: "cancel" }).catch(() => {});
  if (signal?.aborted) cancel();
  signal?.addEventListener("abort", cancel, { once: true });
  try {
    return await asked;
  } finally {
    signal?.removeEventListener("abort", cancel);
  }
}

/**
 * Ends what makes steps again, between two replays.
 *
 * @param step the step it stands at
 * @param target the one it goes to
 * @throws ReplayCancelled once the signal has been given
 * @example unlessCancelled(signal, 40, 100);
 */
export function unlessCancelled(
  signal: AbortSignal | undefined,
  step: number,
  target: number,
): void {
  if (signal?.aborted) throw new ReplayCancelled(step, target);
}
