import { OptionInvalid } from "../errors/options.js";
import { integerOption, namedOptions, numberOption } from "../options.js";

/** What a session records beside numbers, as it is asked for; what is left out has its default. */
export interface SnapshotOptions {
  /** Steps between two. Default: those of evaluations. */
  every?: number;
  /** Texts that the model writes. Default true. */
  sample?: boolean;
  /** The likeliest tokens after the prompt, so many. Default { top: 12 }. */
  probabilities?: { top?: number } | boolean;
  /**
   * Where each token of the prompt looked, the last `window` tokens of it. A prompt of fewer than four
   * tokens shows nothing of heads: the beginning of the validation text stands in. Default { window: 32 }.
   */
  attention?: { window?: number } | boolean;
  /** The vectors of the first so many tokens of the alphabet. Default { tokens: 256 }. */
  embeddings?: { tokens?: number } | boolean;
  /**
   * The share of training time that they may take, all together. Where they would take more, they are
   * taken less often; a run of a few seconds may spend a quarter of one. Default 0.02.
   */
  share?: number;
}

/** What a session records, checked, as it is stored. */
export interface SnapshotPolicy {
  /** Null: at evaluations. */
  every: number | null;
  sample: boolean;
  probabilities: { top: number } | false;
  attention: { window: number } | false;
  embeddings: { tokens: number } | false;
  share: number;
}

/** What is recorded unless something else is asked for. */
export const DEFAULT_SNAPSHOTS: SnapshotPolicy = {
  every: null,
  sample: true,
  probabilities: { top: 12 },
  attention: { window: 32 },
  embeddings: { tokens: 256 },
  share: 0.02,
};

/** What `snapshots: false` asks for. */
export const NO_SNAPSHOTS: SnapshotPolicy = {
  ...{ every: null, sample: false, share: 0 },
  ...{ probabilities: false, attention: false, embeddings: false },
};

const caller = "snapshots";

/**
 * Checks at the door what a session is to record.
 *
 * @throws OptionInvalid, OptionUnknown
 * @example checkSnapshots({ every: 50, attention: false }).share // 0.02
 */
export function checkSnapshots(given: unknown): SnapshotPolicy {
  if (given === false) return NO_SNAPSHOTS;
  const known = Object.keys(DEFAULT_SNAPSHOTS);
  const options = namedOptions(caller, given === true ? {} : given, known);
  const { every, sample = true } = options;
  if (typeof sample !== "boolean")
    throw new OptionInvalid(caller, "sample", sample, "true or false");
  const fits = (x: number): boolean => x > 0 && x <= 1;
  return {
    every:
      every === undefined || every === null ? null : integerOption(caller, options, "every", 0, 1),
    sample,
    probabilities: part(options, "probabilities", "top", 12, 1000),
    attention: part(options, "attention", "window", 32, 128),
    embeddings: part(options, "embeddings", "tokens", 256, 4096),
    share: numberOption(caller, options, "share", 0.02, fits, "more than 0 and at most 1"),
  };
}

function part<Name extends string>(
  options: Record<string, unknown>,
  kind: string,
  name: Name,
  fallback: number,
  most: number,
): Record<Name, number> | false {
  const given = options[kind];
  if (given === false) return false;
  const at = `${caller}.${kind}`;
  const named = namedOptions(at, given === true ? {} : given, [name]);
  return { [name]: integerOption(at, named, name, fallback, 1, most) } as Record<Name, number>;
}
