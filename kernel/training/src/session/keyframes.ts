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

const DEFAULTS: KeyframePolicy = {
  minimumSteps: 50,
  share: 0.01,
  seconds: 10,
  budgetBytes: 2 * 2 ** 30,
};

/** A stall is what training itself waits; writing and hashing take of the same two cores. */
const COST_FACTOR = 2;

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
const REACH_MS = 1500;

/** Says when a keyframe is due, by what earlier ones and steps took. */
export interface KeyframeClock {
  /** A step was made, in so many milliseconds. */
  stepped(milliseconds: number): void;
  /** A state was stored, for which training waited so many milliseconds. */
  stored(step: number, now: number, stall: number): void;
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
  let stallTime: number | null = null;
  const smooth = (before: number | null, value: number): number =>
    before === null ? value : 0.9 * before + 0.1 * value;
  return {
    stepped(milliseconds) {
      stepTime = smooth(stepTime, milliseconds);
    },
    stored(at, when, stall) {
      last = { step: at, now: when };
      stallTime = smooth(stallTime, stall);
    },
    due(at, when) {
      if (when - last.now >= policy.seconds * 1000) return true;
      if (!stepTime || !stallTime) return at - last.step >= policy.minimumSteps;
      const affordable = (COST_FACTOR * stallTime) / (policy.share * stepTime);
      const near = REACH_MS / stepTime;
      return at - last.step >= Math.max(policy.minimumSteps, Math.min(affordable, near));
    },
  };
}
