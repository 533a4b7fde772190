import { nullable, oneOf, optional, shape, whole } from "../protocol/check.js";
import { wireReaching, type WireReaching } from "./branching.js";
import { wireRun, type WireRun } from "./run.js";
import { wireMarks, wireSamples, type WireMark, type WireSample } from "./state.js";

/**
 * Kernel to page: what is new on a timeline. Beside it any number of buffers, each a complete Arrow
 * IPC stream of new rows.
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
  /** the replay that somebody waits for, when it goes on or ends */
  reaching?: WireReaching | null;
}

const append = shape<TimelineAppend>({
  kind: oneOf(["append"]),
  sequence: whole,
  step: whole,
  run: nullable(wireRun),
  samples: optional(wireSamples),
  marks: optional(wireMarks),
  reaching: optional(nullable(wireReaching)),
});

/**
 * Checks an append.
 *
 * @throws WireInvalid
 * @example if (content.kind === "append") merge(parseTimelineAppend(content), buffers);
 */
export function parseTimelineAppend(content: unknown): TimelineAppend {
  return append(content, "");
}
