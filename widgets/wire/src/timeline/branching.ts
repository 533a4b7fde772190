import { finite, nullable, shape, text, whole, type Check } from "../protocol/check.js";
import { LIMITS } from "../protocol/limits.js";

/** What a fork is proposed to be: the session's own settings under a name that nobody has. */
export interface WireProposal {
  name: string;
  /** the step it trains to */
  to: number;
  /** null where its cells train it, by `model.fit` */
  learning_rate: number | null;
  weight_decay: number | null;
}

/** A step that is being made again: steps `from` to `to` are, `step` is the newest that was. */
export interface WireReaching {
  from: number;
  to: number;
  step: number;
}

/** Checks a proposal. @throws WireInvalid @example wireProposal(state.proposal, "proposal") */
export const wireProposal: Check<WireProposal> = shape<WireProposal>({
  name: text(LIMITS.name),
  to: whole,
  learning_rate: nullable(finite),
  weight_decay: nullable(finite),
});

/** Checks how far a replay is. @throws WireInvalid @example wireReaching(state.reaching, "reaching") */
export const wireReaching: Check<WireReaching> = shape<WireReaching>({
  from: whole,
  to: whole,
  step: whole,
});
