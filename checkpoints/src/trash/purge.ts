import { StillNeeded } from "../errors/entry-errors.js";
import type { NeededBy } from "../errors/entry-errors.js";
import { prepared, write } from "../catalog/connection.js";
import type { Catalog } from "../catalog/connection.js";
import { addGarbage } from "../catalog/garbage.js";
import { dropUnused } from "../catalog/stored-tensors.js";
import { SERIES_FOLDER } from "../folder/layout.js";
import type { WriterContext } from "../writer/context.js";
import { getTrash } from "./entries.js";
import { releasedStates } from "./released.js";
import { freedBy, recordedFile } from "./size.js";
import type { Recorded } from "./size.js";
import { basename } from "node:path";
import { statSync } from "node:fs";

/** What a purge removed for good. */
export interface Purged {
  /** Entries of the trash. */
  entries: number;
  /** What the next collection frees. */
  bytes: number;
}

/**
 * Removes entries of the trash for good, all of them or none. The files go at the next collection.
 *
 * @throws TrashNotFound, StillNeeded when another entry of the trash could not come back without
 *   one of these; then nothing was removed
 * @example purge(context, [trashId]).bytes
 */
export function purge(context: WriterContext, ids: readonly string[]): Purged {
  const { db, path } = context;
  return write(db, () => {
    const entries = [...new Set(ids)].map((id) => getTrash(db, path, id));
    const list = JSON.stringify(entries.map((entry) => entry.id));
    for (const entry of entries) {
      const by = needing(db, entry.id, list);
      const { kind, itemId, name } = entry;
      if (by.length > 0) throw new StillNeeded({ kind, id: itemId, name, by, purging: true });
    }
    const ready = entries.map((entry) => entry.id);
    const release = prepared(db, "UPDATE checkpoints SET trash_id = ? WHERE id = ?");
    for (const { id, trashId } of releasedStates(db, list)) release.run(trashId, id);
    const bytes = freedBy(db, path, ready);
    if (ready.length > 0) remove(db, path, list);
    return { entries: ready.length, bytes };
  });
}

/**
 * The entries of the trash that could not come back without this one, and are not to go with it.
 *
 * @param list the ids of those that go, a JSON array
 * @example needing(db, trashId, JSON.stringify([trashId])).length
 */
export function needing(db: Catalog, id: string, list: string): NeededBy[] {
  const rows = prepared(
    db,
    `WITH going (id) AS (SELECT value FROM json_each(@list)), other (id) AS (
       SELECT s.trash_id FROM sessions s JOIN sessions p ON p.id = s.parent_session_id
         WHERE p.trash_id = @id
       UNION SELECT s.trash_id FROM sessions s JOIN checkpoints c ON c.id = s.fork_checkpoint_id
         WHERE c.trash_id = @id
       UNION SELECT r.trash_id FROM runs r JOIN sessions s ON s.id = r.session_id
         WHERE s.trash_id = @id
       UNION SELECT c.trash_id FROM checkpoints c JOIN sessions s ON s.id = c.session_id
         WHERE s.trash_id = @id
       UNION SELECT c.trash_id FROM checkpoints c JOIN runs r ON r.id = c.run_id
         WHERE r.trash_id = @id
       UNION SELECT m.trash_id FROM models m JOIN checkpoints c ON c.id = m.checkpoint_id
         WHERE c.trash_id = @id)
     SELECT t.kind, t.id, t.name FROM trash t
     WHERE t.id IN other AND t.id <> @id AND t.id NOT IN going ORDER BY t.number`,
  ).all({ id, list }) as Omit<NeededBy, "why">[];
  return rows.map((row) => ({
    ...row,
    why: `the ${row.kind} "${row.name}" in the trash is of it`,
  }));
}

function remove(db: Catalog, store: string, list: string): void {
  // Sessions, checkpoints and models refer to each other; all is well again at the end.
  db.pragma("defer_foreign_keys = ON");
  const among = "IN (SELECT value FROM json_each(@list))";
  const run = (sql: string): void => void prepared(db, sql).run({ list });
  const runs = `SELECT id FROM runs WHERE trash_id ${among}`;
  const sessions = `SELECT id FROM sessions WHERE trash_id ${among}`;
  const checkpoints = `SELECT id FROM checkpoints WHERE trash_id ${among}`;
  const tensors = prepared(
    db,
    `DELETE FROM checkpoint_tensors
     WHERE checkpoint IN (SELECT number FROM checkpoints WHERE trash_id ${among}) RETURNING tensor`,
  ).all({ list }) as { tensor: number }[];
  const ids = prepared(db, checkpoints).all({ list }) as { id: string }[];
  const files = prepared(
    db,
    `SELECT run_id AS run, series, null AS number FROM sealed WHERE run_id IN (${runs})
     UNION ALL SELECT run_id, series, number FROM segments WHERE run_id IN (${runs})`,
  ).all({ list }) as Recorded[];
  for (const file of files) {
    const path = recordedFile(store, file);
    const bytes = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
    addGarbage(db, { folder: SERIES_FOLDER[file.series], name: basename(path), bytes });
  }
  run(`DELETE FROM models WHERE trash_id ${among}`);
  run(`DELETE FROM checkpoints WHERE trash_id ${among}`);
  run(`DELETE FROM segments WHERE run_id IN (${runs})`);
  run(`DELETE FROM sealed WHERE run_id IN (${runs})`);
  run(`DELETE FROM events WHERE session_id IN (${sessions})`);
  run(`UPDATE events SET run_id = NULL WHERE run_id IN (${runs})`);
  run(`DELETE FROM logged WHERE session_id IN (${sessions})`);
  run(`DELETE FROM runs WHERE trash_id ${among}`);
  run(`DELETE FROM sessions WHERE trash_id ${among}`);
  run(`DELETE FROM trash WHERE id ${among}`);
  dropUnused(
    db,
    tensors.map((row) => row.tensor),
    ids.map((row) => row.id),
  );
}
