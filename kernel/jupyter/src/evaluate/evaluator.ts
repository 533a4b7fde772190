import type { Finding } from "../errors.js";

/** What a cell came to. */
export type Outcome = {
  /** What TypeScript finds wrong with it, as soon as it knows. */
  findings: Promise<Finding[]>;
} & (
  | { status: "ok"; /** Of its last expression; undefined when there is none. */ value: unknown }
  | { status: "error"; error: unknown }
);

/** Runs cells, one at a time; names live on from one to the next. */
export interface Evaluator {
  /**
   * Runs a cell to its end, its awaits included. Never rejects: a failure is an outcome.
   *
   * @param name stands for the cell in stack traces, such as `"cell-3.ts"`
   * @example await evaluator.run("1 + 1", "cell-1.ts") // value: 2
   */
  run(code: string, name: string): Promise<Outcome>;
  /**
   * Ends the wait for the cell that runs now, if any: its outcome is an `Interrupted`.
   *
   * @example evaluator.interrupt()
   */
  interrupt(): void;
}
