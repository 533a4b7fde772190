import { OptionInvalid } from "../errors/folder-errors.js";
import { deleteCheckpoint } from "../catalog/checkpoints.js";
import { write } from "../catalog/connection.js";
import { thinnable } from "../catalog/keyframes.js";
import { dropUnused } from "../catalog/stored-tensors.js";
import { removeIfThere } from "../files/durable.js";
import { packFile } from "../folder/layout.js";
import type { WriterContext } from "../writer/context.js";
import { keyframesToDrop } from "./keyframe-spacing.js";
import type { KeyframeBudget } from "./keyframe-spacing.js";

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
  const { removed, packs } = write(db, () => {
    const frames = thinnable(db, sessionId, keepNewest).map((row) => ({
      ...{ id: row.id, step: row.step, bytes: row.needed ? 0 : row.bytes },
      ...{ fixed: row.needed || row.fixed, hidden: !row.visible },
    }));
    const ids = keyframesToDrop(frames, budget);
    const digests = new Set(ids.flatMap((id) => deleteCheckpoint(db, id)));
    return { removed: ids.length, packs: dropUnused(db, digests, ids) };
  });
  for (const { id } of packs) removeIfThere(packFile(path, id));
  return { removed, freedBytes: packs.reduce((sum, pack) => sum + pack.bytes, 0) };
}
