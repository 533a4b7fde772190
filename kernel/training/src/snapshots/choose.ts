import type { Snapshot, SnapshotKind, Store } from "@forkpoint/checkpoints";
import { ModelCannot } from "../errors/model.js";
import { OptionInvalid } from "../errors/options.js";
import { integerOption, namedOptions } from "../options.js";
import type { SessionAtWork } from "../session/session-at-work.js";
import { configsOf } from "../session/setup.js";
import { TAKEN_KINDS } from "./take.js";

/** Which snapshots are wanted: steps, both ends included, and kinds; all if left out. */
export interface SnapshotChoice {
  from?: number;
  to?: number;
  kinds?: SnapshotKind[];
}

/** A prompt is at most this long. */
const LONGEST_PROMPT = 10_000;

/**
 * Reads snapshots along a session's timeline.
 *
 * @throws OptionInvalid, OptionUnknown
 * @example await readChosen(store, id, { kinds: ["sample"] })
 */
export async function readChosen(
  store: Store,
  sessionId: string,
  choice: SnapshotChoice,
): Promise<Snapshot[]> {
  const caller = "snapshots";
  const options = namedOptions(caller, choice, ["from", "to", "kinds"]);
  const from = integerOption(caller, options, "from", 0, 0);
  const to = integerOption(caller, options, "to", Number.MAX_SAFE_INTEGER, 0);
  const kinds = options["kinds"] ?? [...TAKEN_KINDS];
  const isKind = (kind: unknown): boolean => TAKEN_KINDS.includes(kind as SnapshotKind);
  if (!Array.isArray(kinds) || !kinds.every(isKind))
    throw new OptionInvalid(caller, "kinds", kinds, `a list of ${TAKEN_KINDS.join(", ")}`);
  const only = kinds.length === 1 ? { kind: kinds[0] as SnapshotKind } : {};
  const found = await store.readSnapshots(sessionId, { from, to, ...only });
  return found.filter(({ kind }) => kinds.includes(kind));
}

/**
 * Sets what samples of later steps begin with.
 *
 * @throws OptionInvalid, ModelCannot
 * @example await setPromptOf(work, "Shall I");
 */
export async function setPromptOf(work: SessionAtWork, prompt: string): Promise<void> {
  if (typeof prompt !== "string" || prompt.length === 0 || prompt.length > LONGEST_PROMPT)
    throw new OptionInvalid("setPrompt", "prompt", prompt, "a text of 1 to 10,000 characters");
  const { store, id, row, step } = work;
  if (configsOf(row).model.vocabulary === 0)
    throw new ModelCannot(row.name, "take a prompt", "its model is not one of text.");
  await store.writer.appendEvent({ sessionId: id, step, kind: "prompt", data: { prompt } });
  if (work.engines.started) await work.link().ask({ kind: "prompt", prompt });
  work.tell({ kind: "prompt" });
}
