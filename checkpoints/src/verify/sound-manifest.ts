import { CHECKPOINT_TRIGGERS } from "../catalog/checkpoints.js";
import type { PackManifest } from "../tensors/pack.js";
import { parseState } from "../tensors/state.js";

type Check = (value: unknown) => boolean;
type Shape = Readonly<Record<string, Check>>;

const id: Check = (value) => typeof value === "string" && /^[a-z0-9]{1,64}$/.test(value);
const text: Check = (value) => typeof value === "string";
const whole: Check = (value) => Number.isSafeInteger(value) && (value as number) >= 0;
const integer: Check = (value) => Number.isSafeInteger(value);
const orNull =
  (check: Check): Check =>
  (value) =>
    value === null || check(value);
const orNone =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value);
const oneOf =
  (words: readonly string[]): Check =>
  (value) =>
    words.includes(value as string);
const listOf =
  (shape: Shape): Check =>
  (value) =>
    Array.isArray(value) && value.every((item) => fits(item, shape));
const texts: Check = (value) => isRecord(value) && Object.values(value).every(text);

const session: Shape = {
  ...{ id, name: text, parentSessionId: orNull(id), rootSessionId: id, forkStep: whole },
  ...{ forkCheckpointId: orNull(id), modelKind: text, modelConfig: text, trainingConfig: text },
  ...{ dataConfig: text, createdAt: text, attributes: orNone(isRecord) },
};
const run: Shape = {
  ...{ id, number: whole, sessionId: id, mode: oneOf(["fresh", "resumed", "forked"]) },
  status: oneOf(["running", "paused", "completed", "interrupted", "failed"]),
  ...{ fromStep: whole, targetStep: integer, lastStep: integer, seed: integer },
  ...{ engine: text, startedAt: text },
};
const history: Shape = {
  ...{ store: text, afterRun: whole, afterMerge: orNull(id), runs: listOf(run) },
  sessions: listOf({ ...session, forkRunNumber: whole, forkMerge: orNull(id) }),
};
const manifest: Shape = {
  checkpoint: (value) =>
    fits(value, {
      ...{ id, sessionId: id, runId: orNull(id), step: whole, kind: oneOf(["hard"]), digest: text },
      ...{ trigger: oneOf(CHECKPOINT_TRIGGERS), createdAt: text },
      parentCheckpointId: orNone(orNull(id)),
      secondParentCheckpointId: orNone(orNull(id)),
    }),
  session: (value) => fits(value, session),
  history: orNone((value) => fits(value, history)),
  model: orNull((value) =>
    fits(value, {
      ...{ id: orNone(id), name: text },
      trainLoss: orNull((loss) => typeof loss === "number"),
    }),
  ),
  configs: texts,
  engine: text,
  places: (value) =>
    isRecord(value) &&
    Object.values(value).every((place) => fits(place, { pack: id, entry: text })),
  state: (value) => parseState(JSON.stringify(value) ?? "") !== null,
};

/**
 * Whether what a pack says about itself has the form that it should have. Packs may come from
 * elsewhere, so nothing of them goes into a catalog unseen.
 *
 * @example isSoundManifest(JSON.parse(header.metadata["forkpoint"]))
 */
export function isSoundManifest(value: unknown): value is PackManifest {
  return fits(value, manifest);
}

function fits(value: unknown, shape: Shape): boolean {
  return isRecord(value) && Object.entries(shape).every(([key, check]) => check(value[key]));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
