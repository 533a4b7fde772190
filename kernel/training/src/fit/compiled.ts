import type { LayersModel } from "@tensorflow/tfjs";
import type { CheckpointRow, Store } from "@forkpoint/checkpoints";
import { SessionDiffers } from "../errors/session.js";
import { configsOf } from "../session/setup.js";
import type { FitState } from "./fit-state.js";
import { describeCompiled } from "./layers-model.js";

type Compiled = ReturnType<typeof describeCompiled>;

/**
 * A stored state as a session goes on from it. A fork that was compiled otherwise than the session
 * that stored it has the weights; of an optimizer of the same kind what it has gathered, with the
 * numbers that the fork gives it; of another kind nothing.
 *
 * @example inheritedBy(store, hot.id, checkpoint, state).numbers["learningRate"] // hot's own
 */
export function inheritedBy(
  store: Store,
  sessionId: string,
  { sessionId: maker }: Pick<CheckpointRow, "sessionId">,
  state: FitState,
): FitState {
  if (maker === sessionId) return state;
  const [own, theirs] = [sessionId, maker].map((id) => compiledOf(store, id).optimizer) as [
    Compiled["optimizer"],
    Compiled["optimizer"],
  ];
  const changed = Object.entries(own).filter(([key, value]) => theirs[key] !== value);
  if (changed.length === 0) return state;
  const numbers = Object.fromEntries(
    changed.filter((entry): entry is [string, number] => typeof entry[1] === "number"),
  );
  if (own["kind"] === theirs["kind"])
    return { ...state, numbers: { ...state.numbers, ...numbers } };
  const tensors = state.tensors.filter(({ name }) => !name.startsWith("optimizer/"));
  return { ...state, tensors, numbers };
}

/**
 * Checks that a model in hand was compiled as its session's was. The optimizer's numbers may differ:
 * the session has its own, whatever a schedule made of them.
 *
 * @throws SessionDiffers
 * @example checkCompiled(store, session.id, model);
 */
export function checkCompiled(store: Store, sessionId: string, model: LayersModel): void {
  const [own, given] = [compiledOf(store, sessionId), describeCompiled(model)];
  const parts = [
    ["optimizer.kind", own.optimizer["kind"], given.optimizer["kind"]],
    ["loss", own.loss, given.loss],
  ] as const;
  const differences = parts
    .filter(([, stored, now]) => stored !== now)
    .map(([option, stored, now]) => ({ option, stored: String(stored), given: String(now) }));
  if (differences.length === 0) return;
  throw new SessionDiffers(store.sessions.get(sessionId).name, differences);
}

function compiledOf(store: Store, sessionId: string): Compiled {
  return configsOf(store.sessions.get(sessionId)).training as unknown as Compiled;
}
