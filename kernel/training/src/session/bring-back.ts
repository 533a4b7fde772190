import type { Manifest, SessionRow, Store } from "@forkpoint/checkpoints";
import { identityDifferences } from "../engine/identity.js";
import type { EngineEvent } from "./messages.js";
import { reachState } from "./reach.js";
import type { ReachContext, Reached } from "./reach.js";
import type { TrainingState } from "./state.js";

/** Which state is brought back: of which session and step, the own and the newest if left out. */
export interface Wanted {
  at?: number | null;
  of?: string;
  reach?: typeof reachState;
}

/** A state on the engine again. */
export interface BroughtBack {
  state: TrainingState;
  /** The checkpoint that it is; null when steps were made again. */
  standing: string | null;
  /** The checkpoint that it is, or was made again from; null for fresh weights. */
  from: string | null;
  /** How many steps were made again. */
  replayed: number;
}

type Post = (event: EngineEvent) => void;

/**
 * Brings a state of a session back, and says so when a damaged checkpoint was passed over.
 *
 * @throws what {@link reachState} throws
 * @example const { state } = await bringBack(reaching, session, post, { at: 300 });
 */
export async function bringBack(
  context: ReachContext,
  session: SessionRow,
  post: Post,
  { at = null, of = session.id, reach = reachState }: Wanted = {},
): Promise<BroughtBack> {
  const newest = context.store.checkpoints.latest(session.id)?.step ?? session.forkStep;
  const reached = await reach(context, of, at ?? newest);
  if (reached.damaged.length > 0) await tellOfDamage(context.store, session, post, reached);
  const { state, replayed } = reached;
  const from = reached.checkpoint?.id ?? null;
  return { state, replayed, from, standing: replayed === 0 ? from : null };
}

async function tellOfDamage(
  store: Store,
  { id, name }: SessionRow,
  post: Post,
  { state: { step }, checkpoint, damaged }: Reached,
): Promise<void> {
  const from = checkpoint?.step ?? 0;
  const text =
    `A checkpoint of "${name}" is damaged: step ${step} was made again from the one of ` +
    `step ${from}, bit for bit as recorded.`;
  post({ event: "notice", text });
  const data = { damaged, from };
  await store.writer.appendEvent({ sessionId: id, step, kind: "checkpoint_damaged", data });
}

/**
 * Says so when a state was made on an engine that rounds otherwise than this one.
 *
 * @param engine this one's identity, JSON text
 * @example tellOfOtherEngine(store.checkpoints.manifest(id), fixed.engine, session.name, post);
 */
export function tellOfOtherEngine(
  { engine: then, step }: Manifest,
  engine: string,
  name: string,
  post: Post,
): void {
  const different = identityDifferences(then, engine);
  if (different.length === 0) return;
  const text =
    `"${name}" cannot be exact here: its state of step ${step} was made on an engine that ` +
    `rounds differently: ${different.join(", ")}. It goes on from there, but not bit for bit.`;
  post({ event: "notice", text });
}
