import type { Catalog } from "../catalog/connection.js";
import { listCheckpoints } from "../catalog/checkpoints.js";
import { lineage } from "../catalog/lineage.js";
import { visibleCheckpoints } from "../catalog/visible.js";
import type { Choice } from "./history.js";

/** All of a store, except its trash. @example wholeStore(db).sessions.size */
export function wholeStore(db: Catalog): Choice {
  const ids = (table: string) =>
    new Set(db.prepare(`SELECT id FROM ${table} WHERE trash_id IS NULL`).pluck().all() as string[]);
  return { sessions: ids("sessions"), runs: ids("runs"), checkpoints: ids("checkpoints") };
}

/**
 * A session with all that it needs: its ancestors, the runs that they had when it left them, and
 * their checkpoints on its timeline.
 *
 * @throws SessionNotFound
 * @example oneSession(db, id).sessions.has(parentId)
 */
export function oneSession(db: Catalog, sessionId: string): Choice {
  const line = lineage(db, sessionId);
  const sessions = new Set(line.map(({ id }) => id));
  const runs = new Set(line.flatMap((generation) => generation.runs.map(({ id }) => id)));
  const checkpoints = new Set(listCheckpoints(db, sessionId).map(({ id }) => id));
  for (const generation of line) {
    for (const { id } of visibleCheckpoints(db, generation, 0, generation.until))
      checkpoints.add(id);
    if (generation.forkCheckpointId !== null) checkpoints.add(generation.forkCheckpointId);
  }
  const place = db.prepare(
    "SELECT session_id, run_id FROM checkpoints WHERE id = ? AND trash_id IS NULL",
  );
  for (const id of checkpoints) {
    const at = place.get(id) as { session_id: string; run_id: string | null } | undefined;
    const fits = at && sessions.has(at.session_id) && (at.run_id === null || runs.has(at.run_id));
    if (!fits) checkpoints.delete(id);
  }
  return { sessions, runs, checkpoints };
}

/** The digests of the blobs that a choice refers to. @example blobsOf(db, choice) */
export function blobsOf(db: Catalog, { sessions, checkpoints }: Choice): Set<string> {
  const found = new Set<string>();
  const known = db.prepare("SELECT 1 FROM blobs WHERE digest = ?");
  const data = db.prepare("SELECT data_config FROM sessions WHERE id = ?").pluck();
  const state = db.prepare("SELECT state FROM checkpoints WHERE id = ?").pluck();
  const texts = [
    ...[...sessions].map((id) => String(data.get(id))),
    ...[...checkpoints].map((id) =>
      JSON.stringify((JSON.parse(String(state.get(id))) as { blobs: object }).blobs),
    ),
  ];
  for (const text of texts) {
    for (const [digest] of text.matchAll(/[0-9a-f]{64}/g)) if (known.get(digest)) found.add(digest);
  }
  return found;
}
