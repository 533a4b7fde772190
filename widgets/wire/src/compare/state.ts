import type { Binary } from "../protocol/binary.js";
import {
  binary,
  finite,
  listOf,
  nullable,
  oneOf,
  shape,
  text,
  whole,
  wireError,
} from "../protocol/check.js";
import type { WireError } from "../protocol/error.js";
import { LIMITS } from "../protocol/limits.js";

/** A setting that two sessions do not share. */
export interface WireDifference {
  /** e.g. `optimizer.learningRate` */
  option: string;
  one: string;
  other: string;
}

/** How far one tensor of two sessions is apart, and where its heatmap lies in `heat`. */
export interface WireTensor {
  name: string;
  shape: number[];
  /** 0 when equal, at most 2 */
  relative: number;
  /** the largest difference of any value */
  largest: number;
  rows: number;
  columns: number;
  /** first of its `rows * columns` numbers in `heat` */
  offset: number;
}

/** Every state of a comparison of weights. */
export const WEIGHTS_STATUSES = ["none", "working", "ready", "failed"] as const;

/** A comparison of weights, made when it is asked for. */
export interface WireWeights {
  status: (typeof WEIGHTS_STATUSES)[number];
  /** from 0 to 1 while steps are made again; null while that is not known */
  progress: number | null;
  /** the steps compared */
  one_step: number;
  other_step: number;
  /** the most diverged first */
  tensors: WireTensor[];
  /** why it failed */
  error: WireError | null;
}

/** State of the CompareModel, beside the two timelines. */
export interface CompareState {
  /** the last step both share; null when they share none */
  shared_step: number | null;
  differences: WireDifference[];
  weights: WireWeights;
  /** little-endian float32: the heatmaps of all tensors, one behind the other */
  heat: Binary;
}

const tensor = shape<WireTensor>({
  name: text(LIMITS.name),
  shape: listOf(whole, 32),
  relative: finite,
  largest: finite,
  rows: whole,
  columns: whole,
  offset: whole,
});

const state = shape<CompareState>({
  shared_step: nullable(whole),
  differences: listOf(
    shape<WireDifference>({
      option: text(LIMITS.name),
      one: text(LIMITS.sentence),
      other: text(LIMITS.sentence),
    }),
    LIMITS.differences,
  ),
  weights: shape<WireWeights>({
    status: oneOf(WEIGHTS_STATUSES),
    progress: nullable(finite),
    one_step: whole,
    other_step: whole,
    tensors: listOf(tensor, LIMITS.tensors),
    error: nullable(wireError),
  }),
  heat: binary,
});

/**
 * Checks a comparison's state.
 *
 * @throws WireInvalid
 * @example parseCompareState(model.attributes).weights.tensors[0]?.name
 */
export function parseCompareState(value: unknown): CompareState {
  return state(value, "");
}
