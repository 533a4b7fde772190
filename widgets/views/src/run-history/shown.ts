import { goesOn, type WireRun, type WireRunRow } from "@forkpoint/wire";

/**
 * Runs as they are now: what the timeline knows of the one that goes on, its newest step and how long it takes
 * already, is told more often than runs are.
 *
 * @param axisTo the newest step of the timeline
 * @param newest the timeline's run
 * @example runsNow(history.runs, timeline.axis.to, timeline.state.run)[0].to
 */
export function runsNow(
  runs: readonly WireRunRow[],
  axisTo: number,
  newest: WireRun | null,
): WireRunRow[] {
  return runs.map((run) => {
    if (!goesOn(run.status)) return run;
    const seconds = (newest?.id === run.id ? newest.seconds : null) ?? run.seconds;
    return { ...run, to: Math.max(run.to, axisTo), seconds };
  });
}

/**
 * The run that the step shown belongs to, newest first as `runs` are; null is the newest step. A step
 * inherited from another session belongs to none.
 *
 * @example runAt(runs, 40)?.id
 */
export function runAt(runs: readonly WireRunRow[], step: number | null): WireRunRow | undefined {
  if (step === null) return runs[0];
  return runs.find(({ from, to }) => step > from && step <= to);
}

/**
 * The step that shows a run's data in every view: its last one, or Live (null) for the newest run.
 *
 * @param axisTo the newest step of the timeline
 * @example timeline.show(stepToShow(run, runs, timeline.axis.to));
 */
export function stepToShow(
  run: WireRunRow,
  runs: readonly WireRunRow[],
  axisTo: number,
): number | null {
  const newest = run.id === runs[0]?.id;
  return newest && run.to >= axisTo ? null : Math.min(run.to, axisTo);
}
