import { flag, oneOf, shape, text, whole, type Check } from "../protocol/check.js";
import { LIMITS } from "../protocol/limits.js";
import { RUN_STATUSES, type RunStatus } from "./run.js";

/** Steps that one run recorded, both ends included. Between two stretches nothing was recorded. */
export interface WireStretch {
  run_id: string;
  status: RunStatus;
  from: number;
  to: number;
  /** recorded by an ancestor of the session */
  inherited: boolean;
}

/**
 * Checks a stretch.
 *
 * @throws WireInvalid
 * @example listOf(wireStretch, LIMITS.stretches)(state.stretches, "stretches")
 */
export const wireStretch: Check<WireStretch> = shape<WireStretch>({
  run_id: text(LIMITS.id),
  status: oneOf(RUN_STATUSES),
  from: whole,
  to: whole,
  inherited: flag,
});
