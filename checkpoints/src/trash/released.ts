import { prepared } from "../catalog/connection.js";
import type { Catalog } from "../catalog/connection.js";
import { thinnable } from "../catalog/keyframes.js";
import { checkpointNeeds } from "./needs.js";

/** A state that goes with a model in the trash. */
export interface ReleasedState {
  /** The id of the checkpoint. */
  id: string;
  /** The model's entry of the trash. */
  trashId: string;
}

/**
 * The states that purging these entries releases: one that was saved for a model goes with the last
 * model that is it, unless a fork, a merge or the session itself needs it. Else nothing that somebody
 * deletes by its name would ever leave the disk.
 *
 * @param list the ids of the entries, a JSON array
 * @example [...releasedStates(db, JSON.stringify([trashId]))].map((state) => state.id)
 */
export function* releasedStates(db: Catalog, list: string): Generator<ReleasedState> {
  const states = prepared(
    db,
    `SELECT c.id, c.session_id AS sessionId, c.step, m.trash_id AS trashId FROM models m
     JOIN checkpoints c ON c.id = m.checkpoint_id
     WHERE m.trash_id IN (SELECT value FROM json_each(@list))
       AND c.trigger = 'manual' AND c.trash_id IS NULL
       AND NOT EXISTS (SELECT 1 FROM models o WHERE o.checkpoint_id = c.id
         AND (o.trash_id IS NULL OR o.trash_id NOT IN (SELECT value FROM json_each(@list))))`,
  ).all({ list }) as (ReleasedState & { sessionId: string; step: number })[];
  // One after the other: each that goes may leave the next one needed.
  for (const state of states) {
    const row = thinnable(db, state.sessionId, 1).find(({ id }) => id === state.id);
    if (row && !row.fixed && checkpointNeeds(db, state).length === 0) yield state;
  }
}
