import { goesOn, type RunStatus, type WireRun } from "@forkpoint/wire";

/**
 * Why a session has no steps to show.
 *
 * @example emptySentence(null, true) === "No steps yet: train this session to see them here."
 */
export function emptySentence(run: WireRun | null, live: boolean): string {
  if (run?.status === "failed") return "The run failed before its first step.";
  if (!live) return "No steps were recorded.";
  if (run?.status === "running") return "No steps yet: training is starting.";
  if (run?.status === "paused") return "No steps yet: training is paused.";
  return "No steps yet: train this session to see them here.";
}

const STATUS_WORDS: Record<RunStatus, string> = {
  running: "Running",
  paused: "Paused",
  completed: "Completed",
  interrupted: "Interrupted",
  failed: "Failed",
};

/**
 * A run's status as a word. Without a kernel nobody knows whether a run still moves: then it is said as what
 * was seen last.
 *
 * @example statusWord("running", false) === "Last seen running"
 */
export function statusWord(status: RunStatus | undefined, live: boolean): string {
  if (!status) return "Not trained yet";
  return live || !goesOn(status) ? STATUS_WORDS[status] : `Last seen ${status}`;
}
