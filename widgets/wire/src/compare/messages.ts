import { oneOf, optional, shape, text, whole } from "../protocol/check.js";
import { LIMITS } from "../protocol/limits.js";

/** Every action a page may ask of a comparison. */
export const COMPARE_ACTIONS = ["weights", "cancel", "merge"] as const;

/** How one session may take over another. */
export const MERGE_WAYS = ["adopt", "average", "delta"] as const;

/** What a page may ask of a comparison, without the request's id. */
export type CompareAction =
  /** compares the weights at a step, or the newest of each */
  | { action: "weights"; step?: number }
  | { action: "cancel" }
  /** takes the second session into the first, kept only if the validation loss does not rise */
  | { action: "merge"; strategy: (typeof MERGE_WAYS)[number] };

/** Page to kernel: act on the comparison. Answered by a Reply of the same id. */
export type CompareRequest = { id: string } & CompareAction;

const head = shape<{ id: string; action: (typeof COMPARE_ACTIONS)[number] }>({
  id: text(LIMITS.id),
  action: oneOf(COMPARE_ACTIONS),
});
const weights = shape<{ step?: number }>({ step: optional(whole) });
const merge = shape({ strategy: oneOf(MERGE_WAYS) });

/**
 * Checks what a page asks of a comparison.
 *
 * @throws WireInvalid
 * @example parseCompareRequest({ id: "a1", action: "cancel" }).action === "cancel"
 */
export function parseCompareRequest(content: unknown): CompareRequest {
  const { id, action } = head(content, "");
  if (action === "weights") return { id, action, ...weights(content, "") };
  if (action === "merge") return { id, action, ...merge(content, "") };
  return { id, action };
}
