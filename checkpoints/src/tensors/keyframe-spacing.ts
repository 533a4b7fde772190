/** A checkpoint as the spacing sees it. */
export interface SpacedKeyframe {
  id: string;
  step: number;
  /** What it takes of the budget: 0 when something else than the spacing keeps it. */
  bytes: number;
  /** Stays whatever the budget says. */
  fixed: boolean;
  /** On no timeline any more, so that no replay begins there. */
  hidden: boolean;
}

/** What keyframes may take. */
export interface KeyframeBudget {
  /** Bytes that the keyframes of a session may take together. */
  budgetBytes: number;
  /** How many of the newest stay whatever the budget says. */
  keepNewest: number;
}

/**
 * Which keyframes go so that the others keep to a budget. Hidden ones go first; then, one by one,
 * the one whose removal leaves the smallest gap for its age, the steps between it and the newest:
 * so the gaps grow with the age, and reaching a step costs at most a share of its age. The first
 * and the newest stay.
 *
 * @param frames ascending by step, of two at one step the older first
 * @returns the ids, in the order in which they go
 * @example keyframesToDrop(frames, { budgetBytes: 512 * 2 ** 20, keepNewest: 3 })
 */
export function keyframesToDrop(
  frames: readonly SpacedKeyframe[],
  { budgetBytes, keepNewest }: KeyframeBudget,
): string[] {
  const dropped: string[] = [];
  let bytes = frames.reduce((sum, frame) => sum + frame.bytes, 0);
  for (const frame of frames) {
    if (bytes <= budgetBytes) return dropped;
    if (!frame.hidden || frame.fixed) continue;
    dropped.push(frame.id);
    bytes -= frame.bytes;
  }
  const kept = frames.filter((frame) => !frame.hidden);
  const newest = kept.at(-1)?.step ?? 0;
  while (bytes > budgetBytes) {
    let least = Number.POSITIVE_INFINITY;
    let chosen = -1;
    for (let index = 1; index < kept.length - keepNewest; index++) {
      if (kept[index]!.fixed) continue;
      const [before, { step }, after] = [kept[index - 1]!, kept[index]!, kept[index + 1]!];
      // Of two at one step the older is of no use.
      const gap = after.step === step ? 0 : (after.step - before.step) / (newest - step);
      if (gap < least) [least, chosen] = [gap, index];
    }
    if (chosen === -1) break;
    const [frame] = kept.splice(chosen, 1);
    dropped.push(frame!.id);
    bytes -= frame!.bytes;
  }
  return dropped;
}
