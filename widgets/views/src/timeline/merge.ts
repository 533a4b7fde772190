import type { TimelineAppend, TimelineState } from "@forkpoint/wire";

/** A timeline's state without its metrics, which are kept as columns. */
export type TimelineFacts = Omit<TimelineState, "metrics">;

/**
 * What an append makes of a timeline's state: `null` where the state has it already, else the new state and
 * whether an append before it was missed. New samples replace those from their first step on, as a run that
 * resumed at an earlier step does.
 *
 * @example const merged = mergeAppend(state, append); if (merged?.missed) askForState();
 */
export function mergeAppend(
  state: TimelineFacts,
  append: TimelineAppend,
): { state: TimelineFacts; missed: boolean } | null {
  const { sequence, step, run, samples, marks, reaching } = append;
  if (sequence <= state.sequence) return null;
  const first = samples?.[0];
  const kept = first ? state.samples.filter((sample) => sample.step < first.step) : state.samples;
  return {
    missed: sequence > state.sequence + 1,
    state: {
      ...state,
      sequence,
      step,
      run,
      samples: samples ? [...kept, ...samples] : kept,
      marks: marks ?? state.marks,
      reaching: reaching === undefined ? state.reaching : reaching,
    },
  };
}
