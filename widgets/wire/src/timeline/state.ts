import type { Binary } from "../protocol/binary.js";
import {
  binary,
  listOf,
  nullable,
  oneOf,
  shape,
  text,
  whole,
  type Check,
} from "../protocol/check.js";
import { LIMITS } from "../protocol/limits.js";
import { wireProposal, wireReaching, type WireProposal, type WireReaching } from "./branching.js";
import { wireRun, type WireRun } from "./run.js";
import { wireStretch, type WireStretch } from "./stretch.js";

/** The session a timeline belongs to, and where it was forked from. */
export interface WireSession {
  id: string;
  name: string;
  parent_id: string | null;
  parent_name: string | null;
  root_id: string;
  fork_step: number;
}

/** What the model wrote at a step. */
export interface WireSample {
  step: number;
  prompt: string;
  text: string;
}

/** Every kind of mark. */
export const MARK_KINDS = ["model", "checkpoint", "fork", "event"] as const;

/** Something worth finding again on the time axis. */
export interface WireMark {
  step: number;
  kind: (typeof MARK_KINDS)[number];
  label: string;
}

/** State of the TimelineModel: one per session, no view of its own. */
export interface TimelineState {
  session: WireSession;
  /** one line, e.g. `MicroGPT · 4 layers · 0.8 M parameters · 154 sonnets` */
  summary: string;
  run: WireRun | null;
  /** newest step */
  step: number;
  /** e.g. `native CPU (TensorFlow 2.20.0)` */
  backend: string;
  /** complete Arrow IPC streams; the rows of all, in order, are the timeline */
  metrics: Binary[];
  /** ascending by step */
  samples: WireSample[];
  /** ascending by step */
  marks: WireMark[];
  /** which run recorded which steps, ascending; only the newest where there are very many */
  stretches: WireStretch[];
  /** rows up to this step are a selection of all, each spike among them; null where all rows are there */
  reduced_until: number | null;
  proposal: WireProposal;
  /** the replay that somebody waits for */
  reaching: WireReaching | null;
  /** counts appends; an append that is not newer is ignored */
  sequence: number;
  /** text form for tools without widgets */
  text: string;
}

const session = shape<WireSession>({
  id: text(LIMITS.id),
  name: text(LIMITS.name),
  parent_id: nullable(text(LIMITS.id)),
  parent_name: nullable(text(LIMITS.name)),
  root_id: text(LIMITS.id),
  fork_step: whole,
});

/** Checks a list of samples. */
export const wireSamples: Check<WireSample[]> = listOf(
  shape<WireSample>({ step: whole, prompt: text(LIMITS.text), text: text(LIMITS.text) }),
  LIMITS.samples,
);

/** Checks a list of marks. */
export const wireMarks: Check<WireMark[]> = listOf(
  shape<WireMark>({ step: whole, kind: oneOf(MARK_KINDS), label: text(LIMITS.name) }),
  LIMITS.marks,
);

const state = shape<TimelineState>({
  session,
  summary: text(LIMITS.sentence),
  run: nullable(wireRun),
  step: whole,
  backend: text(LIMITS.sentence),
  metrics: listOf(binary, LIMITS.chunks),
  samples: wireSamples,
  marks: wireMarks,
  stretches: listOf(wireStretch, LIMITS.stretches),
  reduced_until: nullable(whole),
  proposal: wireProposal,
  reaching: nullable(wireReaching),
  sequence: whole,
  text: text(LIMITS.text),
});

/**
 * Checks a TimelineModel's state.
 *
 * @throws WireInvalid
 * @example const { session, samples } = parseTimelineState(model.attributes);
 */
export function parseTimelineState(value: unknown): TimelineState {
  return state(value, "");
}
