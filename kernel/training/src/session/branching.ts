import type { SessionRow } from "@forkpoint/checkpoints";
import { OptionInvalid } from "../errors/options.js";
import { MergeIncompatible } from "../errors/time-travel.js";
import { namedOptions } from "../options.js";
import { checkForkOptions, checkReachOptions } from "./branch.js";
import type { ForkOptions, ReachOptions } from "./branch.js";
import { unlessCancelled } from "./cancel.js";
import { MERGE_STRATEGIES } from "./merge.js";
import type { MergeResult, MergeStrategy } from "./merge.js";
import { sharedStep } from "./past.js";
import type { Past } from "./past.js";
import type { SessionAtWork } from "./session-at-work.js";
import type { Session } from "./session.js";
import { configsOf } from "./setup.js";
import { walkOver } from "./walk.js";

/**
 * Moves a session's name back to a step, where a new branch takes it; the old one keeps all else.
 *
 * @throws StepOutOfRange, ReplayDiverged, ReplayCancelled, StepUnreachable
 * @example await rewindTo(work, session, 300, {});
 */
export async function rewindTo(
  work: SessionAtWork,
  session: Session,
  step: number,
  options: ReachOptions,
): Promise<void> {
  checkReachOptions("rewind", options);
  if (work.run) await work.run.stop();
  const wanted = work.stepInRange(step);
  const owner = work.store.ownerOf(work.id, wanted);
  const old = work.row;
  // The own engine is warm, and makes the steps of an ancestor that trained alike as well.
  let reached = trainsAlike(owner, old)
    ? await work.engines.reachHere(old.id, owner.id, wanted, options)
    : null;
  const here = reached !== null;
  reached ??= await work.engines.reachElsewhere(owner.id, wanted, options);
  let branch: SessionRow;
  try {
    unlessCancelled(options.signal, wanted, wanted);
    branch = await work.port.branch({
      ...{ parent: owner, forkStep: wanted, forkCheckpointId: reached, settings: old },
      takeNameOf: {
        sessionId: old.id,
        oldName: work.port.freeName(`${old.name}@${work.step}`),
      },
    });
    if (here) await work.link().ask({ kind: "become", sessionId: branch.id });
  } catch (error) {
    // The engine stands at the earlier step, the session does not: the next one begins anew.
    await work.engines.close();
    throw error;
  }
  if (!here) await work.engines.close();
  work.id = branch.id;
  work.step = wanted;
  work.target = null;
  work.port.moved(session, old.id);
  work.tell({ kind: "rewound" });
}

function trainsAlike(one: SessionRow, other: SessionRow): boolean {
  const settings = ["modelConfig", "trainingConfig", "dataConfig"] as const;
  return settings.every((name) => one[name] === other[name]);
}

/**
 * Opens another branch from a step, or the one that is there.
 *
 * @throws StepOutOfRange, ReplayDiverged, ReplayCancelled, NameTaken, SessionDiffers, ForkDiffers,
 *   OptionInvalid
 * @example const hot = await forkOf(work, "hot", { at: 300 });
 */
export async function forkOf(
  work: SessionAtWork,
  name: string,
  options: ForkOptions,
): Promise<Session> {
  const { store, port, engines } = work;
  const { at, training, layers } = checkForkOptions(configsOf(work.row), options);
  const now = at === undefined;
  const wanted = now ? work.step : work.stepInRange(at);
  const owner = store.ownerOf(work.id, wanted);
  const settings = { ...work.row, trainingConfig: JSON.stringify(training) };
  const found = typeof name === "string" ? store.sessions.byName(name) : null;
  if (found) {
    const again = port.again(found, { parent: owner, forkStep: wanted, settings }, now);
    if (layers) again.layers = layers;
    return again;
  }
  // Of the state of now an engine that is at work makes a checkpoint itself.
  const kept =
    now && engines.started ? await work.link().ask({ kind: "keep", trigger: "fork" }) : null;
  const forkStep = kept?.step ?? wanted;
  const parent = kept ? work.row : owner;
  const forkCheckpointId =
    kept?.checkpointId ?? (await engines.reachElsewhere(parent.id, forkStep, options));
  unlessCancelled(options.signal, forkStep, forkStep);
  const row = await port.branch({ name, parent, forkStep, forkCheckpointId, settings });
  await store.writer.appendEvent({
    ...{ sessionId: parent.id, step: forkStep, kind: "fork" },
    data: { to: row.id, name: row.name },
  });
  const [before, after] = [configsOf(parent).training.optimizer.kind, training.optimizer.kind];
  if (before !== after) {
    await store.writer.appendEvent({
      ...{ sessionId: row.id, step: forkStep, kind: "optimizer_reset" },
      data: { from: before, to: after },
    });
  }
  return port.open(row, layers ?? engines.layers);
}

/**
 * Takes what another branch learned into this one; see `Session.merge`.
 *
 * @throws MergeIncompatible, RunActive, OptionInvalid
 * @example await mergeInto(work, other, { strategy: "average" });
 */
export async function mergeInto(
  work: SessionAtWork,
  other: SessionAtWork,
  options: { strategy?: MergeStrategy; evenIfWorse?: boolean },
): Promise<MergeResult> {
  const given = namedOptions("merge", options, ["strategy", "evenIfWorse"]);
  const strategy = (given["strategy"] ?? "adopt") as MergeStrategy;
  if (!MERGE_STRATEGIES.includes(strategy))
    throw new OptionInvalid("merge", "strategy", strategy, MERGE_STRATEGIES.join(", "));
  const refuse = (reason: string): never => {
    throw new MergeIncompatible(work.row.name, other.row.name, reason);
  };
  if (other.id === work.id) refuse("it is the same session.");
  const [mine, theirs] = [configsOf(work.row), configsOf(other.row)];
  if (JSON.stringify(mine.model) !== JSON.stringify(theirs.model)) refuse("their models differ.");
  const alphabets = [mine.data, theirs.data].map((data) => "tokenizer" in data && data.tokenizer);
  if (alphabets[0] !== alphabets[1]) refuse("their alphabets differ.");
  const checkpointId = await other.engines.newest(other.id, other.step);
  let baseCheckpointId: string | null = null;
  if (strategy === "delta") {
    const shared = sharedStep(work.store, work.id, work.step, other.id, other.step);
    if (!shared) return refuse("they share no step, so there is no delta.");
    const owner = work.store.ownerOf(shared.sessionId, shared.step);
    baseCheckpointId = await work.engines.reachElsewhere(owner.id, shared.step, {});
  }
  const result = await work.link().ask({
    ...{ kind: "merge", checkpointId, baseCheckpointId, strategy, from: other.id },
    evenIfWorse: given["evenIfWorse"] === true,
  });
  work.tell({ kind: "checkpoint" });
  return result;
}

/**
 * Makes steps again and calls back after each; what is given back becomes columns of the metrics.
 *
 * @throws StepOutOfRange, ReplayDiverged, ReplayCancelled; MetricsInvalid
 * @example await lookBack(work, (step) => session.at(step), { from: 100, to: 120 }, look);
 */
export async function lookBack(
  work: SessionAtWork,
  at: (step: number) => Past,
  range: { from: number; to: number } & ReachOptions,
  look: (step: number, model: Past) => Promise<Record<string, number>> | Record<string, number>,
): Promise<void> {
  const [from, to] = [work.stepInRange(range.from), work.stepInRange(range.to)];
  const steps = Array.from({ length: Math.max(0, to - from + 1) }, (_, at) => from + at);
  await walkOver(work, at, steps, range, async (step, past) => {
    const values = await look(step, past);
    await work.store.writer.logValues({ sessionId: work.id, rows: [{ step, values }] });
  });
  work.tell({ kind: "checkpoint" });
}
