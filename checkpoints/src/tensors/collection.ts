import { OptionInvalid } from "../errors/folder-errors.js";
import { deleteCheckpoint, thinnable } from "../catalog/checkpoints.js";
import { write } from "../catalog/connection.js";
import { getSession } from "../catalog/sessions.js";
import { dropUnused } from "../catalog/stored-tensors.js";
import { removeIfThere } from "../files/durable.js";
import { packFile } from "../folder/layout.js";
import type { WriterContext } from "../writer/context.js";

/** What a thinning freed. */
export interface Thinned {
  /** Checkpoints removed. */
  removed: number;
  /** Bytes of the pack files removed. */
  freedBytes: number;
}

/**
 * Removes the auto checkpoints of a session except the newest `keep` and those that a model, the
 * trash or a fork refers to; then the packs whose tensors nobody uses any more.
 *
 * The files go after the transaction: a writer elsewhere checks, inside its own transaction, that
 * the tensors it shares are still known, so that it never relies on one that is about to go.
 *
 * @throws OptionInvalid, SessionNotFound, and the system's or SQLite's error
 * @example thinAuto(context, sessionId, 5) // { removed: 3, freedBytes: 29_400_000 }
 */
export function thinAuto(context: WriterContext, sessionId: string, keep: number): Thinned {
  if (!Number.isSafeInteger(keep) || keep < 1) {
    throw new OptionInvalid({ option: "keep", reason: "must be a whole number from 1 on" });
  }
  const { db, path } = context;
  const { removed, packs } = write(db, () => {
    getSession(db, sessionId);
    const ids = thinnable(db, sessionId, keep);
    const digests = new Set(ids.flatMap((id) => deleteCheckpoint(db, id)));
    return { removed: ids.length, packs: dropUnused(db, digests, ids) };
  });
  for (const { id } of packs) removeIfThere(packFile(path, id));
  return { removed, freedBytes: packs.reduce((sum, pack) => sum + pack.bytes, 0) };
}
