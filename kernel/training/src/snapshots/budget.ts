/** What short runs may spend whatever their share, in milliseconds. */
const FLOOR_MS = 250;

/** Keeps what is recorded beside numbers to a share of the time that training takes. */
export interface SnapshotBudget {
  /** Training took so long, in milliseconds. */
  trained(milliseconds: number): void;
  /** Whether one more of this kind can be paid for. The first of a kind always can. */
  affords(kind: string): boolean;
  /** One of this kind was recorded, in so many milliseconds. */
  paid(kind: string, milliseconds: number): void;
}

/**
 * Makes the budget of one run.
 *
 * @param share of training time, from 0 to 1
 * @example if (budget.affords("attention")) budget.paid("attention", timeOf(recordAttention));
 */
export function createSnapshotBudget(share: number): SnapshotBudget {
  const costs = new Map<string, number>();
  let once = 0;
  let spent = 0;
  let trained = 0;
  return {
    trained: (milliseconds) => void (trained += milliseconds),
    affords(kind) {
      const cost = costs.get(kind);
      if (cost === undefined || spent + cost <= FLOOR_MS) return true;
      return once + spent + cost <= share * trained;
    },
    paid(kind, milliseconds) {
      const before = costs.get(kind);
      // The first of a kind also pays for what is made once, its graph.
      if (before === undefined) once += milliseconds;
      else spent += milliseconds;
      costs.set(
        kind,
        before === undefined ? 0 : before === 0 ? milliseconds : 0.7 * before + 0.3 * milliseconds,
      );
    },
  };
}
