import { nullable, oneOf, optional, shape, text, whole } from "../protocol/check.js";
import { LIMITS } from "../protocol/limits.js";
import { wireRun, type WireRun } from "./run.js";
import { wireMarks, wireSamples, type WireMark, type WireSample } from "./state.js";

/**
 * Kernel to page: what is new on a timeline. Beside it 0 or 1 buffer, a complete Arrow IPC stream of new rows.
 */
export interface TimelineAppend {
  kind: "append";
  sequence: number;
  step: number;
  run: WireRun | null;
  /** new samples only */
  samples?: WireSample[];
  /** all marks, when any changed */
  marks?: WireMark[];
}

/** Every action a page may ask of a session's run. */
export const TIMELINE_ACTIONS = ["pause", "continue", "stop", "resume"] as const;

/** Page to kernel: act on the session's run, or open a new session that goes on from a step. */
export interface TimelineRequest {
  id: string;
  action: (typeof TIMELINE_ACTIONS)[number];
  /** For "resume": where the new session begins. */
  step?: number;
}

const append = shape<TimelineAppend>({
  kind: oneOf(["append"]),
  sequence: whole,
  step: whole,
  run: nullable(wireRun),
  samples: optional(wireSamples),
  marks: optional(wireMarks),
});

const request = shape<TimelineRequest>({
  id: text(LIMITS.id),
  action: oneOf(TIMELINE_ACTIONS),
  step: optional(whole),
});

/**
 * Checks an append.
 *
 * @throws WireInvalid
 * @example if (content.kind === "append") merge(parseTimelineAppend(content), buffers[0]);
 */
export function parseTimelineAppend(content: unknown): TimelineAppend {
  return append(content, "");
}

/**
 * Checks what a page asks of a run.
 *
 * @throws WireInvalid
 * @example parseTimelineRequest({ id: "a1", action: "pause" }).action === "pause"
 */
export function parseTimelineRequest(content: unknown): TimelineRequest {
  return request(content, "");
}
