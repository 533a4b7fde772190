import { listOf, oneOf, shape, text } from "../protocol/check.js";
import { LIMITS } from "../protocol/limits.js";

/** A session that trains now, or pauses. */
export interface WireTraining {
  session_id: string;
  name: string;
  status: "running" | "paused";
}

/** State of the ActivityModel: one per kernel, no view of its own. */
export interface ActivityState {
  /** those that began first, first */
  training: WireTraining[];
}

const state = shape<ActivityState>({
  training: listOf(
    shape<WireTraining>({
      session_id: text(LIMITS.id),
      name: text(LIMITS.name),
      status: oneOf(["running", "paused"]),
    }),
    LIMITS.training,
  ),
});

/**
 * Checks an ActivityModel's state.
 *
 * @throws WireInvalid
 * @example parseActivityState(model.attributes).training.length
 */
export function parseActivityState(value: unknown): ActivityState {
  return state(value, "");
}
