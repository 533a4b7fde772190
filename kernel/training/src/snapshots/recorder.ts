import type { NewSnapshot, RunRow, Store } from "@forkpoint/checkpoints";
import type { Learner } from "../session/learner.js";
import type { EngineEvent } from "../session/messages.js";
import type { TrainingConfig } from "../session/setup.js";
import type { TrainingState } from "../session/state.js";
import { createSnapshotBudget } from "./budget.js";
import { DEFAULT_SNAPSHOTS } from "./policy.js";
import { TAKEN_KINDS, takeSnapshot } from "./take.js";
import type { SnapshotSubject } from "./take.js";

/** Records what steps show beside numbers, while a session trains. */
export interface SnapshotRecorder {
  /** What samples begin with. */
  prompt: string;
  /** A run begins: what it may spend begins anew. */
  begin(): void;
  /** A step took so long, in milliseconds. */
  trained(milliseconds: number): void;
  /**
   * Takes what is due at this step and can be paid for, and sends it off. Of the run's last step
   * everything is taken.
   */
  record(state: TrainingState, run: RunRow): Promise<void>;
  /** Everything that can be shown of a state, whatever it costs; nothing is stored. */
  look(state: TrainingState, prompt?: string): NewSnapshot[];
}

/**
 * Makes the recorder of a session.
 *
 * @example await recorder.record(state, run);
 */
export function createSnapshotRecorder(
  store: Store,
  learner: Learner,
  training: TrainingConfig,
  prompt: string,
  post: (event: EngineEvent) => void,
): SnapshotRecorder {
  const policy = training.snapshots ?? DEFAULT_SNAPSHOTS;
  const every = policy.every ?? training.evaluateEvery;
  let budget = createSnapshotBudget(policy.share);
  const subject = (state: TrainingState, about: string): SnapshotSubject => {
    const { sampleTokens, seed } = training;
    return { learner, state, sampleTokens, seed, prompt: about };
  };
  const recorder: SnapshotRecorder = {
    prompt,
    begin: () => void (budget = createSnapshotBudget(policy.share)),
    trained: (milliseconds) => budget.trained(milliseconds),
    async record(state, { id: runId, fromStep, targetStep }) {
      const { step } = state;
      const last = step === targetStep;
      const progress = (step - fromStep) / Math.max(1, targetStep - fromStep);
      if (step % every !== 0 && !last) return;
      const snapshots: NewSnapshot[] = [];
      const wall = Date.now();
      for (const kind of TAKEN_KINDS) {
        if (!last && !budget.affords(kind, progress)) continue;
        const before = performance.now();
        const taken = takeSnapshot(kind, subject(state, recorder.prompt), policy);
        if (!taken) continue;
        budget.paid(kind, performance.now() - before);
        snapshots.push({ ...taken, wall });
      }
      if (snapshots.length === 0) return;
      const written = store.writer.appendSnapshots({ runId, snapshots });
      const samples = snapshots.flatMap((taken) =>
        taken.kind === "sample" ? [{ step, prompt: taken.prompt, text: taken.text }] : [],
      );
      if (samples.length > 0) post({ event: "samples", samples });
      post({ event: "snapshots", snapshots });
      await written;
    },
    look: (state, about = recorder.prompt) => {
      // Who looks wants to see, also in a session that records nothing by itself.
      const wanted = policy.share === 0 ? DEFAULT_SNAPSHOTS : policy;
      return TAKEN_KINDS.flatMap((kind) => takeSnapshot(kind, subject(state, about), wanted) ?? []);
    },
  };
  return recorder;
}

/** The prompt that a session's samples begin with: the newest that was set, else the first. */
export function promptOf(store: Store, sessionId: string, training: TrainingConfig): string {
  const set = store.events.list(sessionId).findLast(({ kind }) => kind === "prompt");
  const { prompt } = (set?.data ?? {}) as { prompt?: unknown };
  return typeof prompt === "string" ? prompt : (training.prompt ?? "");
}
