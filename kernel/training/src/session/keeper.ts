import type { SavedCheckpoint, StateInput, Store, TensorSlice } from "@forkpoint/checkpoints";
import { createKeyframeClock } from "./keyframes.js";
import type { KeyframeClock, KeyframePolicy } from "./keyframes.js";
import type { EngineEvent } from "./messages.js";
import type { SpareMemory } from "./spare-memory.js";

/** What makes a checkpoint. */
export type Trigger =
  "manual" | "auto" | "final" | "pause" | "initial" | "replay" | "fork" | "merge";

/** Keyframes that thinning always leaves: the newest. */
const newestKept = 3;
/** Checkpoints being written at once before training waits: each holds a copy of the state. */
const mostSaves = 2;

/** A copy of the state of now. */
export interface Snapshot {
  step: number;
  state: StateInput;
  buffer: ArrayBufferLike;
  tensors: TensorSlice[];
  /** Resolves when the buffer holds it all, to the milliseconds that took beside training. */
  copied: Promise<number>;
}

/** What a keeper keeps, and for whom. */
export interface KeeperOptions {
  store: Store;
  policy: KeyframePolicy;
  post: (event: EngineEvent) => void;
  /** The session and run of now, and the newest loss. */
  whose(): { sessionId: string; runId: string | null; trainLoss: number | null };
  step(): number;
  snapshot(): Snapshot;
  /** Where the memory of a copy goes when it is stored. */
  memory?: SpareMemory;
  /** Sends rows off, which are stored with the checkpoint. */
  flush(): Promise<void>;
}

/** Stores the states of a session: asked for, and by itself as keyframes. */
export interface Keeper {
  /** The stored checkpoint that the state is, as long as no step was made since. */
  standing: string | null;
  /** Of the state of now: the copy out of the engine is begun before the first await. @throws the store's errors */
  checkpoint(
    trigger: Trigger,
    named?: { name: string; replace: boolean },
    parents?: { first: string | null; second: string | null },
  ): Promise<SavedCheckpoint>;
  /** A checkpoint by itself; old ones are thinned. */
  keyframe(): Promise<void>;
  /** The id of a checkpoint of this state, made unless there is one. */
  keep(trigger: "fork" | "replay", madeFrom?: string | null): Promise<string>;
  clock: KeyframeClock;
  /** Begins a run: the clock anew. */
  begin(): void;
  /** Waits while too many are being written. */
  room(): Promise<void>;
  /** Waits for all that are being written, however they end. */
  settled(): Promise<void>;
}

/**
 * Makes the keeper of a session.
 *
 * @example const { checkpoint } = await keeper.checkpoint("manual", { name, replace: false });
 */
export function createKeeper(options: KeeperOptions): Keeper {
  const { store, policy, post, whose } = options;
  const saves = new Set<Promise<unknown>>();
  // Stored in the order in which they were made.
  let copies = Promise.resolve(0);
  const newClock = (): KeyframeClock =>
    createKeyframeClock(policy, options.step(), performance.now());

  async function checkpoint(
    trigger: Trigger,
    named?: { name: string; replace: boolean },
    parents?: { first: string | null; second: string | null },
  ): Promise<SavedCheckpoint> {
    const began = performance.now();
    const { step, state, buffer, tensors, copied } = options.snapshot();
    const { sessionId, runId, trainLoss } = whose();
    const flushed = options.flush();
    const copy = (copies = Promise.all([copied, copies]).then(([took]) => took));
    const saved = copy.then(() =>
      store.writer.saveCheckpoint({
        ...{ sessionId, runId, step, trigger, state, buffer, tensors },
        ...(named ? { model: { ...named, trainLoss } } : {}),
        ...(parents ? { parents } : {}),
      }),
    );
    saves.add(saved);
    const handedOver = performance.now();
    keeper.clock.copied(step, handedOver);
    try {
      const [result, , beside] = await Promise.all([saved, flushed, copy]);
      options.memory?.give(result.buffer);
      keeper.clock.stored(handedOver - began, beside + result.milliseconds);
      if (options.step() === step) keeper.standing = result.checkpoint.id;
      post({ event: "checkpoint", step, trigger });
      return result;
    } finally {
      saves.delete(saved);
    }
  }

  const keeper: Keeper = {
    standing: null,
    clock: newClock(),
    checkpoint,
    async keyframe() {
      await checkpoint("auto");
      const { budgetBytes } = policy;
      const { sessionId } = whose();
      await store.writer.thinKeyframes(sessionId, { budgetBytes, keepNewest: newestKept });
    },
    async keep(trigger, madeFrom = null) {
      if (keeper.standing !== null) return keeper.standing;
      // Steps made again belong to what they were made from, a merge at the same step or not.
      const parents = trigger === "replay" ? { first: madeFrom, second: null } : undefined;
      const first = options.step() === 0;
      const saved = await checkpoint(first ? "initial" : trigger, undefined, parents);
      keeper.standing = saved.checkpoint.id;
      return keeper.standing;
    },
    begin: () => void (keeper.clock = newClock()),
    async room() {
      if (saves.size >= mostSaves) await Promise.race(saves);
    },
    async settled() {
      await Promise.allSettled(saves);
    },
  };
  return keeper;
}
