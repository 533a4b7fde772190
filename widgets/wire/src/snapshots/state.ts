import type { Binary } from "../protocol/binary.js";
import {
  binary,
  listOf,
  nullable,
  oneOf,
  optional,
  shape,
  text,
  whole,
  type Check,
} from "../protocol/check.js";
import { LIMITS } from "../protocol/limits.js";
import type { WireSample } from "../timeline/state.js";
import type { ShownHead } from "./payload.js";

/** Every kind of snapshot that a page draws; samples are the timeline's. */
export const SHOWN_KINDS = ["probabilities", "attention", "embeddings"] as const;

/** A snapshot without its bytes, which lie in a pack. */
export interface WireSnapshot extends ShownHead {
  step: number;
  /** of probabilities: what the tokens come after */
  prompt?: string;
  /** bytes in its pack */
  size: number;
}

/** State of the SnapshotsModel: one per session, no view of its own. */
export interface SnapshotsState {
  session_id: string;
  /** what samples of later steps begin with */
  prompt: string;
  /** whether its model is one of text: others take no prompt */
  writes: boolean;
  /** why nothing is or will be recorded, as a sentence; null where something is */
  reason: string | null;
  status: "loading" | "ready";
  /** ascending by step within each kind; their bytes follow each other in `packs` */
  entries: WireSnapshot[];
  /** each holds the bytes of whole entries */
  packs: Binary[];
  /** what the step of now gives for a prompt just set; not recorded */
  trial: WireSample | null;
  /** counts appends; an append that is not newer is ignored */
  sequence: number;
  text: string;
}

/** Snapshots in one state at most. */
const MOST = 200_000;
/** Tokens in one snapshot at most. */
const TOKENS = 4096;

/** Checks the heads of snapshots. */
export const wireSnapshots: Check<WireSnapshot[]> = listOf(
  shape<WireSnapshot>({
    step: whole,
    kind: oneOf(SHOWN_KINDS),
    tokens: listOf(text(LIMITS.name), TOKENS),
    layers: optional(whole),
    heads: optional(whole),
    width: optional(whole),
    prompt: optional(text(LIMITS.text)),
    size: whole,
  }),
  MOST,
);

const state = shape<SnapshotsState>({
  session_id: text(LIMITS.id),
  prompt: text(LIMITS.text),
  writes: (value) => value === true,
  reason: nullable(text(LIMITS.sentence)),
  status: oneOf(["loading", "ready"]),
  entries: wireSnapshots,
  packs: listOf(binary, LIMITS.chunks),
  trial: nullable(
    shape<WireSample>({ step: whole, prompt: text(LIMITS.text), text: text(LIMITS.text) }),
  ),
  sequence: whole,
  text: text(LIMITS.text),
});

/**
 * Checks a SnapshotsModel's state.
 *
 * @throws WireInvalid
 * @example const { entries, packs } = parseSnapshotsState(model.attributes);
 */
export function parseSnapshotsState(value: unknown): SnapshotsState {
  return state(value, "");
}
