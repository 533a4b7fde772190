import type { NewSnapshot } from "@forkpoint/checkpoints";
import { RunActive } from "../errors/session.js";
import { ModelCannot } from "../errors/model.js";
import { OptionInvalid } from "../errors/options.js";
import { integerOption, namedOptions } from "../options.js";
import type { ReachOptions } from "../session/branch.js";
import type { Past } from "../session/past.js";
import type { SessionAtWork } from "../session/session-at-work.js";
import { configsOf } from "../session/setup.js";
import { walkOver } from "../session/walk.js";

/** Which steps of the past snapshots are recorded of. */
export interface PastChoice extends ReachOptions {
  /** The first step. Default 0. */
  from?: number;
  /** The last step at most. Default: the newest. */
  to?: number;
  /** Steps between two. Default: those between two evaluations. */
  every?: number;
  /** What they are about. Default: the session's prompt. */
  prompt?: string;
}

/** Steps after which what was made is written: a file is written anew each time. */
const WRITTEN_TOGETHER = 64;

/**
 * Makes steps of the past again, exactly, and records what they show beside numbers; see
 * `Session.recordSnapshots`.
 *
 * @throws StepOutOfRange, ReplayDiverged, ReplayCancelled, RunActive, ModelCannot, OptionInvalid
 * @example await recordPast(work, (step) => session.at(step), { every: 50 });
 */
export async function recordPast(
  work: SessionAtWork,
  at: (step: number) => Past,
  choice: PastChoice,
): Promise<{ steps: number[] }> {
  const steps = stepsOf(work, choice);
  const { store, id, row } = work;
  if (work.run) throw new RunActive(row.name, work.run.id ?? "");
  if (configsOf(row).model.vocabulary === 0)
    throw new ModelCannot(row.name, "record snapshots", "its model is not one of text.");
  const { prompt } = choice;
  let waiting: NewSnapshot[] = [];
  let held = 0;
  const write = async (): Promise<void> => {
    const snapshots = waiting;
    [waiting, held] = [[], 0];
    if (snapshots.length > 0) await store.writer.fillSnapshots({ sessionId: id, snapshots });
  };
  const asked = { kind: "look" as const, ...(prompt === undefined ? {} : { prompt }) };
  await walkOver(work, at, steps, choice, async (_, past) => {
    waiting.push(...(await past.link().ask(asked)));
    if (++held === WRITTEN_TOGETHER) await write();
  });
  await write();
  work.tell({ kind: "recorded" });
  return { steps };
}

function stepsOf(work: SessionAtWork, choice: PastChoice): number[] {
  const caller = "recordSnapshots";
  const known = ["from", "to", "every", "prompt", "signal", "onProgress"];
  const options = namedOptions(caller, choice, known);
  if (options["prompt"] !== undefined && typeof options["prompt"] !== "string")
    throw new OptionInvalid(caller, "prompt", options["prompt"], "a text");
  const from = work.stepInRange(integerOption(caller, options, "from", 0, 0));
  const to = work.stepInRange(integerOption(caller, options, "to", work.step, 0));
  const { evaluateEvery = 100 } = configsOf(work.row).training;
  const every = integerOption(caller, options, "every", evaluateEvery, 1);
  const steps: number[] = [];
  for (let step = from; step <= to; step += every) steps.push(step);
  return steps;
}
