import { oneOf, shape, text, whole } from "../protocol/check.js";
import { LIMITS } from "../protocol/limits.js";
import { wireSnapshots, type WireSnapshot } from "./state.js";

/** Kernel to page: new snapshots. Beside it one buffer, their bytes in order. */
export interface SnapshotsAppend {
  kind: "append";
  sequence: number;
  entries: WireSnapshot[];
}

/** Page to kernel: what samples of later steps begin with. */
export interface SnapshotsRequest {
  id: string;
  action: "prompt";
  prompt: string;
}

const append = shape<SnapshotsAppend>({
  kind: oneOf(["append"]),
  sequence: whole,
  entries: wireSnapshots,
});

const request = shape<SnapshotsRequest>({
  id: text(LIMITS.id),
  action: oneOf(["prompt"]),
  prompt: text(LIMITS.text),
});

/**
 * Checks an append.
 *
 * @throws WireInvalid
 * @example hold(parseSnapshotsAppend(content).entries, buffers[0]);
 */
export function parseSnapshotsAppend(content: unknown): SnapshotsAppend {
  return append(content, "");
}

/**
 * Checks what a page asks.
 *
 * @throws WireInvalid
 * @example parseSnapshotsRequest({ id: "a1", action: "prompt", prompt: "Shall I" }).prompt
 */
export function parseSnapshotsRequest(content: unknown): SnapshotsRequest {
  return request(content, "");
}
