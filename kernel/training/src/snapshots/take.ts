import { quantiseAttention } from "@forkpoint/checkpoints";
import type { NewSnapshot } from "@forkpoint/checkpoints";
import type { Learner } from "../session/learner.js";
import type { TrainingState } from "../session/state.js";
import type { SnapshotPolicy } from "./policy.js";

/** What a snapshot is taken of. */
export interface SnapshotSubject {
  learner: Learner;
  state: TrainingState;
  prompt: string;
  /** Characters of a sample. */
  sampleTokens: number;
  /** Of the session; samples of different steps draw differently. */
  seed: number;
}

/** Every kind of snapshot, the cheap ones first: where time is short, they are taken all the same. */
export const TAKEN_KINDS = ["probabilities", "attention", "embeddings", "sample"] as const;

/** A kind of snapshot. */
export type TakenKind = (typeof TAKEN_KINDS)[number];

/**
 * Takes one snapshot of a state, which it leaves as it is: nothing that the next step depends on is
 * touched. Null where the policy does not want the kind, or the model cannot show it.
 *
 * @example takeSnapshot("attention", subject, policy)?.kind // "attention"
 */
export function takeSnapshot(
  kind: TakenKind,
  subject: SnapshotSubject,
  policy: SnapshotPolicy,
): NewSnapshot | null {
  const { learner, state, prompt, sampleTokens, seed } = subject;
  const { step } = state;
  switch (kind) {
    case "sample": {
      if (!policy.sample || sampleTokens === 0 || !learner.sample) return null;
      const how = { prompt, tokens: sampleTokens, temperature: 0.8, seed: seed + step };
      return { step, kind, prompt, text: learner.sample(state, how) };
    }
    case "probabilities": {
      if (!policy.probabilities) return null;
      const candidates = learner.next?.(state, prompt).slice(0, policy.probabilities.top);
      return candidates ? { step, kind, prompt, tokens: [{ token: "", candidates }] } : null;
    }
    case "attention": {
      if (!policy.attention) return null;
      const found = learner.attention(state, prompt, policy.attention.window);
      if (!found) return null;
      const { tokens, shape, values } = found;
      const [layers, heads] = shape as [number, number];
      // Of weights that are no numbers nothing can be shown.
      if (!values.every(Number.isFinite)) return null;
      return { step, ...quantiseAttention(values, { tokens, layers, heads }) };
    }
    case "embeddings": {
      if (!policy.embeddings) return null;
      const points = learner.embeddings?.(state, policy.embeddings.tokens);
      return points ? { step, kind, points } : null;
    }
  }
}
