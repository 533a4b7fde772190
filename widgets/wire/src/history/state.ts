import { finite, listOf, nullable, oneOf, shape, text, whole } from "../protocol/check.js";
import { LIMITS } from "../protocol/limits.js";
import { RUN_STATUSES, type RunStatus } from "../timeline/run.js";

/** How a run can have begun. */
export const RUN_MODES = ["fresh", "resumed", "forked"] as const;

/** A run of a session, as the history lists it. */
export interface WireRunRow {
  id: string;
  mode: (typeof RUN_MODES)[number];
  status: RunStatus;
  /** the step of the state it began with */
  from: number;
  /** the newest step it recorded */
  to: number;
  /** ISO time, UTC */
  started_at: string;
  /** until now while it goes on; null where that is not known */
  seconds: number | null;
  /** last training loss; null when none is known */
  final_loss: number | null;
  best_loss: number | null;
}

/** State of the RunHistoryModel, beside the timeline it belongs to. */
export interface HistoryState {
  /** newest first */
  runs: WireRunRow[];
}

const state = shape<HistoryState>({
  runs: listOf(
    shape<WireRunRow>({
      id: text(LIMITS.id),
      mode: oneOf(RUN_MODES),
      status: oneOf(RUN_STATUSES),
      from: whole,
      to: whole,
      started_at: text(LIMITS.name),
      seconds: nullable(finite),
      final_loss: nullable(finite),
      best_loss: nullable(finite),
    }),
    LIMITS.runs,
  ),
});

/**
 * Checks a history's state.
 *
 * @throws WireInvalid
 * @example parseHistoryState(model.attributes).runs[0]?.status
 */
export function parseHistoryState(value: unknown): HistoryState {
  return state(value, "");
}
