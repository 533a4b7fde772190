import { availableParallelism } from "node:os";

/**
 * Time between two beats, in milliseconds: the fewer processors there are, the more of training what a page
 * draws would take.
 */
const PERIOD = Math.max(250, Math.min(2000, 4000 / availableParallelism()));

/** Gathers what a view has to tell, and gives back what sends it; null when there is nothing. */
export type Telling = () => (() => void) | null;

const waiting = new Set<Telling>();

/**
 * Calls back once at the next beat, however often it is asked until then. All views tell their pages then what
 * a run does by itself, one right after the other, so that a page draws it in one frame. What somebody asked for
 * is told at once instead.
 *
 * @example onNextBeat(tell)
 */
export function onNextBeat(tell: Telling): void {
  if (waiting.size === 0) setTimeout(beat, PERIOD - (performance.now() % PERIOD)).unref();
  waiting.add(tell);
}

function beat(): void {
  const all = [...waiting];
  waiting.clear();
  for (const send of all.map((tell) => tell())) send?.();
}
