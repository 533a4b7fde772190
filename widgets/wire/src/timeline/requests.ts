import { finite, oneOf, optional, shape, text, whole } from "../protocol/check.js";
import { WireInvalid } from "../protocol/error.js";
import { LIMITS } from "../protocol/limits.js";

/** Every action a page may ask of a timeline. */
export const TIMELINE_ACTIONS = [
  ...(["pause", "continue", "stop"] as const),
  ...(["resume", "fork", "cancel", "range"] as const),
] as const;

/** What a page may ask of a timeline, without the request's id. */
export type TimelineAction =
  | { action: "pause" | "continue" | "stop" }
  /** Opens a new session at a step with the same settings, and trains it. */
  | { action: "resume"; step: number }
  /** The same with a name and other settings; what is left out stays as it is. */
  | {
      action: "fork";
      step: number;
      name: string;
      learning_rate?: number;
      weight_decay?: number;
      /** the step to train to */
      to?: number;
    }
  /** Ends the replay that a resume or fork waits for. */
  | { action: "cancel" }
  /** The rows between two steps, both included, as an Arrow stream beside the reply. */
  | { action: "range"; from: number; to: number };

/** Page to kernel: answered by a Reply of the same id. */
export type TimelineRequest = { id: string } & TimelineAction;

const head = shape<{ id: string; action: (typeof TIMELINE_ACTIONS)[number] }>({
  id: text(LIMITS.id),
  action: oneOf(TIMELINE_ACTIONS),
});
const resume = shape<{ step: number }>({ step: whole });
const fork = shape<Omit<Extract<TimelineAction, { action: "fork" }>, "action">>({
  step: whole,
  name: text(LIMITS.name),
  learning_rate: optional(finite),
  weight_decay: optional(finite),
  to: optional(whole),
});
const range = shape<{ from: number; to: number }>({ from: whole, to: whole });

/**
 * Checks what a page asks of a timeline. Which settings are allowed is training's to say.
 *
 * @throws WireInvalid
 * @example parseTimelineRequest({ id: "a1", action: "pause" }).action === "pause"
 */
export function parseTimelineRequest(content: unknown): TimelineRequest {
  const { id, action } = head(content, "");
  switch (action) {
    case "pause":
    case "continue":
    case "stop":
    case "cancel":
      return { id, action };
    case "resume":
      return { id, action, ...resume(content, "") };
    case "fork":
      return { id, action, ...fork(content, "") };
    case "range": {
      const asked = range(content, "");
      if (asked.to < asked.from) throw new WireInvalid("to", "a step from `from` on");
      return { id, action, ...asked };
    }
  }
}
