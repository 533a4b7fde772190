import type { FlatState } from "./state.js";

/** How two states become one. */
export type MergeStrategy = "adopt" | "average" | "delta";

/** The strategies, for checks at the door. */
export const MERGE_STRATEGIES: readonly MergeStrategy[] = ["adopt", "average", "delta"];

/** What a merge came to: validation losses, and whether it was kept. */
export interface MergeResult {
  before: number;
  after: number;
  committed: boolean;
}

/**
 * Joins the state of another branch into one's own. `adopt` takes the other's weights and slots;
 * `average` the mean of both; `delta` adds what the other branch learned since the step they share,
 * and keeps one's own slots (task arithmetic: Ilharco et al. 2023, "Editing models with task
 * arithmetic").
 *
 * @param base the state at the step they share; only `delta` needs it
 * @example combineStates("average", mine, theirs, null)
 */
export function combineStates(
  strategy: MergeStrategy,
  mine: FlatState,
  theirs: FlatState,
  base: FlatState | null,
): FlatState {
  const join = (at: 0 | 1 | 2, fn: (index: number) => number): Float32Array =>
    Float32Array.from(mine[at], (_, index) => fn(index));
  switch (strategy) {
    case "adopt":
      return [theirs[0].slice(), theirs[1].slice(), theirs[2].slice()];
    case "average":
      return [0, 1, 2].map((at) => {
        const [one, other] = [mine[at as 0]!, theirs[at as 0]!];
        return join(at as 0, (index) => (one[index]! + other[index]!) / 2);
      }) as FlatState;
    case "delta":
      return [
        join(0, (index) => mine[0][index]! + (theirs[0][index]! - base![0][index]!)),
        mine[1].slice(),
        mine[2].slice(),
      ];
  }
}
