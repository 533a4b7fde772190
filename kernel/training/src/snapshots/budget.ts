/** What a whole run may spend whatever its share, in milliseconds: a short one shows something too. */
const FLOOR_MS = 250;

/** Keeps what is recorded beside numbers to a share of the time that training takes. */
export interface SnapshotBudget {
  /** Training took so long, in milliseconds. */
  trained(milliseconds: number): void;
  /**
   * Whether one more of this kind can be paid for, `progress` of the way through the run, from 0 to 1: so
   * that they lie evenly over it. The first of a kind always can.
   */
  affords(kind: string, progress: number): boolean;
  /** One of this kind was recorded, in so many milliseconds. */
  paid(kind: string, milliseconds: number): void;
}

/**
 * Makes the budget of one run.
 *
 * @param share of training time, from 0 to 1
 * @example if (budget.affords("attention", 0.5)) budget.paid("attention", timeOf(recordAttention));
 */
export function createSnapshotBudget(share: number): SnapshotBudget {
  const costs = new Map<string, number>();
  let spent = 0;
  let trained = 0;
  return {
    trained: (milliseconds) => void (trained += milliseconds),
    affords(kind, progress) {
      const cost = costs.get(kind);
      return cost === undefined || spent + cost <= Math.max(FLOOR_MS * progress, share * trained);
    },
    paid(kind, milliseconds) {
      const before = costs.get(kind);
      // The first of a kind makes what all others use, its graph: it says nothing of what they cost.
      if (before !== undefined) spent += milliseconds;
      const next = before ? 0.7 * before + 0.3 * milliseconds : milliseconds;
      costs.set(kind, before === undefined ? 0 : next);
    },
  };
}
