import { StepNotReached } from "../errors/session.js";

/** Those who wait for steps, and those for whom training holds at one that was reached. */
export interface Holds {
  /** Whether training holds for someone. */
  readonly holding: boolean;
  wait(
    id: number,
    step: number,
    reached: (step: number) => void,
    failed: (error: Error) => void,
  ): void;
  /** Tells those who waited for a step up to this one; training holds for them from now on. */
  reach(step: number): void;
  release(id: number): void;
  /** The run ended: who still waits is told so. */
  end(step: number): void;
}

/**
 * Makes the holds of a session, none at first.
 *
 * @example holds.wait(1, 500, (step) => console.log(step), console.error);
 */
export function createHolds(): Holds {
  const waiting = new Map<
    number,
    { step: number; reached: (step: number) => void; failed: (error: Error) => void }
  >();
  const held = new Set<number>();
  return {
    get holding() {
      return held.size > 0;
    },
    wait: (id, step, reached, failed) => void waiting.set(id, { step, reached, failed }),
    reach(step) {
      for (const [id, hold] of waiting) {
        if (hold.step > step) continue;
        waiting.delete(id);
        held.add(id);
        hold.reached(step);
      }
    },
    release: (id) => void held.delete(id),
    end(step) {
      for (const [id, hold] of waiting) {
        waiting.delete(id);
        hold.failed(new StepNotReached(hold.step, step));
      }
      held.clear();
    },
  };
}
