import { OptionInvalid } from "../errors/folder-errors.js";
import { bytesOfCheckpoints, deleteCheckpoint } from "../catalog/checkpoints.js";
import { StoreError } from "../errors/store-error.js";
import { asWriteError } from "../errors/system-error.js";
import { getMeta, putMeta, write } from "../catalog/connection.js";
import { thinnable } from "../catalog/keyframes.js";
import { garbageBytes, removeGarbage } from "../catalog/garbage.js";
import { dropUnused, dropUnusedBlobs } from "../catalog/stored-tensors.js";
import type { WriterContext } from "../writer/context.js";
import { keyframesToDrop } from "./keyframe-spacing.js";
import type { KeyframeBudget } from "./keyframe-spacing.js";
import { clearStrays } from "../files/strays.js";
import { purgeDue } from "../trash/retention.js";
import { repack } from "./repack.js";

/** What a thinning freed. */
export interface Thinned {
  /** Checkpoints removed. */
  removed: number;
  /** Bytes of the pack files removed. */
  freedBytes: number;
}

/**
 * Removes keyframes of a session until the others keep to a budget, spaced geometrically with age;
 * then the packs whose tensors nobody uses any more. Keyframes are the checkpoints made by
 * themselves (auto, pause, replay) that no model, trash, fork or merge refers to. The first stays,
 * and the newest do: every step can be reached as before.
 *
 * The files go after the transaction: a writer elsewhere checks, inside its own transaction, that
 * the tensors it shares are still known, so that it never relies on one that is about to go.
 *
 * @throws OptionInvalid, SessionNotFound, and the system's or SQLite's error
 * @example thinKeyframes(context, sessionId, { budgetBytes: 512 * 2 ** 20, keepNewest: 3 })
 */
export function thinKeyframes(
  context: WriterContext,
  sessionId: string,
  budget: KeyframeBudget,
): Thinned {
  const { budgetBytes, keepNewest } = budget;
  if (!(budgetBytes >= 0)) {
    throw new OptionInvalid({ option: "budgetBytes", reason: "must be a number from 0 on" });
  }
  if (!Number.isSafeInteger(keepNewest) || keepNewest < 1) {
    throw new OptionInvalid({ option: "keepNewest", reason: "must be a whole number from 1 on" });
  }
  const { db, path } = context;
  // Asked after each keyframe, while training goes on.
  if (bytesOfCheckpoints(db, sessionId) <= budgetBytes) return { removed: 0, freedBytes: 0 };
  const { removed, packs } = write(db, () => {
    const frames = thinnable(db, sessionId, keepNewest).map((row) => ({
      ...{ id: row.id, step: row.step, bytes: row.needed ? 0 : row.bytes },
      ...{ fixed: row.needed || row.fixed, hidden: !row.visible },
    }));
    const ids = keyframesToDrop(frames, budget);
    const numbers = new Set(ids.flatMap((id) => deleteCheckpoint(db, id)));
    return { removed: ids.length, packs: dropUnused(db, numbers, ids) };
  });
  const gone = packs.map((pack) => pack.id);
  if (gone.length > 0) removeGarbage(db, path, { packs: gone });
  return { removed, freedBytes: packs.reduce((sum, pack) => sum + pack.bytes, 0) };
}

/** How thorough a collection is. */
export interface CollectOptions {
  /** How long a file that nothing refers to stays, for those who are reading it, in milliseconds. */
  graceMs?: number;
  /** The least bytes of dead tensors for which a mostly dead pack is written anew. */
  repackFrom?: number;
}

/** What a collection did. */
export interface Collected {
  /** Entries of the trash whose time was over. */
  purged: number;
  /** Mostly dead packs written anew. */
  repacked: number;
  /** Files removed, and their bytes. */
  files: number;
  freedBytes: number;
  /** Bytes of files that are not old enough yet. */
  waitingBytes: number;
}

/**
 * Collects when the last collection of the store was a day ago. A disk that fails or is full does not
 * matter here: the next one does it.
 *
 * @throws faults of the program
 * @example collectWhenDue(context);
 */
export function collectWhenDue(context: WriterContext): void {
  const { db, path } = context;
  try {
    const last = Date.parse(getMeta(db, COLLECTED_AT) ?? "");
    if (Number.isNaN(last)) write(db, () => putMeta(db, COLLECTED_AT, new Date().toISOString()));
    else if (Date.now() - last > DAY_MS) collect(context);
  } catch (error) {
    if (!(asWriteError(error, path) instanceof StoreError)) throw error;
  }
}

const COLLECTED_AT = "collected_at";
const DAY_MS = 24 * 3_600_000;
const GRACE_MS = 10 * 60_000;
const REPACK_FROM = 65_536;

/**
 * Frees what nothing refers to: what the trash keeps no longer, blobs without a reference, dead
 * tensors inside packs. Files go when they have been without a reference for the grace period.
 * Rows go in transactions, files after them: safe beside writers and readers in other processes.
 *
 * @throws OptionInvalid, and the system's or SQLite's error; then the store is as good as before
 * @example collect(context, { graceMs: 0 }).freedBytes
 */
export function collect(context: WriterContext, options: CollectOptions = {}): Collected {
  const { graceMs = GRACE_MS, repackFrom = REPACK_FROM } = options;
  for (const [option, value] of Object.entries({ graceMs, repackFrom })) {
    if (!Number.isFinite(value) || value < 0) {
      throw new OptionInvalid({ option, reason: "must be a number from 0 on" });
    }
  }
  const { db, path } = context;
  clearStrays(context);
  const purged = purgeDue(context, new Date()).entries;
  const before = new Date(Date.now() - graceMs);
  write(db, () => dropUnusedBlobs(db, before));
  const repacked = repack(context, repackFrom).packs;
  const { files, bytes } = removeGarbage(db, path, { before: new Date(Date.now() - graceMs) });
  write(db, () => putMeta(db, COLLECTED_AT, new Date().toISOString()));
  return { purged, repacked, files, freedBytes: bytes, waitingBytes: garbageBytes(db) };
}
