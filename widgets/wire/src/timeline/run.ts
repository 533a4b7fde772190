import {
  finite,
  nullable,
  oneOf,
  shape,
  text,
  whole,
  wireError,
  type Check,
} from "../protocol/check.js";
import type { WireError } from "../protocol/error.js";
import { LIMITS } from "../protocol/limits.js";

/** Every status a run can have. */
export const RUN_STATUSES = ["running", "paused", "completed", "interrupted", "failed"] as const;

/** Status of a run. */
export type RunStatus = (typeof RUN_STATUSES)[number];

/** Whether a run of this status goes on, or can. @example goesOn("paused") === true */
export function goesOn(status: RunStatus | null): boolean {
  return status === "running" || status === "paused";
}

/** The session's newest run. */
export interface WireRun {
  id: string;
  status: RunStatus;
  /** step it started at */
  from: number;
  /** step it is to reach */
  target: number;
  /** null while not known or not running */
  steps_per_second: number | null;
  /** seconds; null while not known or not running */
  seconds_left: number | null;
  /** seconds since it started, until its end; null where a page's kernel did not say it yet */
  seconds: number | null;
  /** why it failed */
  error: WireError | null;
}

/**
 * Checks a run.
 *
 * @throws WireInvalid
 * @example nullable(wireRun)(state.run, "run")
 */
export const wireRun: Check<WireRun> = shape<WireRun>({
  id: text(LIMITS.id),
  status: oneOf(RUN_STATUSES),
  from: whole,
  target: whole,
  steps_per_second: nullable(finite),
  seconds_left: nullable(finite),
  seconds: nullable(finite),
  error: nullable(wireError),
});
