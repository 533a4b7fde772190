import { integerOption, namedOptions, numberOption } from "../options.js";

/** When training stores its state by itself, so that every step can be gone back to. */
export interface KeyframePolicy {
  /** Steps between two keyframes, at least. */
  minimumSteps: number;
  /** The share of training time that they may take, all together. */
  share: number;
  /** Seconds after which one is due even so: what a kill may cost. */
  seconds: number;
  /** What the keyframes of a session may take on disk; old ones are thinned beyond it. */
  budgetBytes: number;
}

/** The policy as it is asked for; what is left out has its default. */
export type KeyframeOptions = Partial<KeyframePolicy>;

// 55: a store of 2,000 steps stays 50 times smaller than one with every step, and a step between
// two keyframes is made again in 27 on average.
const DEFAULTS: KeyframePolicy = {
  minimumSteps: 55,
  share: 0.01,
  seconds: 10,
  budgetBytes: 2 * 2 ** 30,
};

/**
 * Checks a policy at the door.
 *
 * @throws OptionInvalid, OptionUnknown
 * @example checkKeyframes({ minimumSteps: 10 }).share // 0.01
 */
export function checkKeyframes(given: KeyframeOptions = {}): KeyframePolicy {
  const caller = "keyframes";
  const options = namedOptions(caller, given, Object.keys(DEFAULTS));
  const positive = (x: number): boolean => Number.isFinite(x) && x > 0;
  return {
    minimumSteps: integerOption(caller, options, "minimumSteps", DEFAULTS.minimumSteps, 1),
    share: numberOption(
      ...([caller, options, "share", DEFAULTS.share] as const),
      ...([(x: number) => positive(x) && x <= 1, "more than 0 and at most 1"] as const),
    ),
    seconds: numberOption(caller, options, "seconds", DEFAULTS.seconds, positive, "more than 0"),
    budgetBytes: integerOption(caller, options, "budgetBytes", DEFAULTS.budgetBytes, 1),
  };
}

/** Steps between two keyframes take no longer than this to make again, where the minimum allows. */
const REACH_MS = 2300;

/** Says when a keyframe is due, by what earlier ones and steps took. */
export interface KeyframeClock {
  /** A step was made, in so many milliseconds. */
  stepped(milliseconds: number): void;
  /** A state has been copied, to be stored. */
  copied(step: number, now: number): void;
  /**
   * It is stored: for the copy training waited, and the store's work took of the same cores. Both in
   * milliseconds.
   */
  stored(wait: number, work: number): void;
  due(step: number, now: number): boolean;
}

/**
 * Makes the clock of one run.
 *
 * @example if (clock.due(state.step, performance.now())) await keyframe();
 */
export function createKeyframeClock(
  policy: KeyframePolicy,
  step: number,
  now: number,
): KeyframeClock {
  let last = { step, now };
  let stepTime: number | null = null;
  let costTime: number | null = null;
  const smooth = (before: number | null, value: number): number =>
    before === null ? value : 0.9 * before + 0.1 * value;
  return {
    stepped(milliseconds) {
      stepTime = smooth(stepTime, milliseconds);
    },
    copied(at, when) {
      last = { step: at, now: when };
    },
    stored(wait, work) {
      costTime = smooth(costTime, wait + work);
    },
    due(at, when) {
      if (when - last.now >= policy.seconds * 1000) return true;
      if (!stepTime || !costTime) return at - last.step >= policy.minimumSteps;
      const affordable = costTime / (policy.share * stepTime);
      const near = REACH_MS / stepTime;
      return at - last.step >= Math.max(policy.minimumSteps, Math.min(affordable, near));
    },
  };
}
