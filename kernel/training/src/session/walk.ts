import type { ReachOptions } from "./branch.js";
import { cancellable, unlessCancelled } from "./cancel.js";
import type { Past } from "./past.js";
import type { SessionAtWork } from "./session-at-work.js";

/**
 * Makes steps again and calls back at each. Those of one owner are made one after the other; at a
 * fork, where the settings change, another engine goes on.
 *
 * @param steps in their order
 * @throws ReplayDiverged, ReplayCancelled; what `look` throws
 * @example await walkOver(work, (step) => session.at(step), [100, 101], {}, look);
 */
export async function walkOver(
  work: SessionAtWork,
  at: (step: number) => Past,
  steps: readonly number[],
  { signal, onProgress }: ReachOptions,
  look: (step: number, past: Past) => Promise<void>,
): Promise<void> {
  const { store, id } = work;
  const [from, to] = [steps[0]!, steps.at(-1)!];
  let next = 0;
  async function walk(past: Past, owner: string): Promise<void> {
    for (; next < steps.length && store.ownerOf(id, steps[next]!).id === owner; next++) {
      const step = steps[next]!;
      if (step > past.step) await past.link().ask({ kind: "walk", step });
      await look(step, past);
      onProgress?.({ step, from, to });
      if (next + 1 < steps.length) unlessCancelled(signal, step, to);
    }
  }
  if (steps.length > 0) unlessCancelled(signal, from, to);
  while (next < steps.length) {
    const first = steps[next]!;
    const past = at(first);
    try {
      await cancellable(past.link(), signal, walk(past, store.ownerOf(id, first).id));
    } finally {
      await past.close();
    }
  }
}
