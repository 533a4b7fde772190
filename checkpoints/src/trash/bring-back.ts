import { PlaceGone } from "../errors/entry-errors.js";
import { prepared, write } from "../catalog/connection.js";
import type { Catalog } from "../catalog/connection.js";
import { layRuns } from "../catalog/timeline.js";
import { requireModelName } from "../catalog/models.js";
import { requireSessionName } from "../catalog/sessions.js";
import type { WriterContext } from "../writer/context.js";
import { getTrash } from "./entries.js";
import type { TrashRow } from "./entries.js";
import { madeFromRun, placedRun } from "./needs.js";
import type { PlacedRun } from "./needs.js";

/**
 * Puts things back to where they were, all of them or none.
 *
 * @throws TrashNotFound, NameTaken when something has the name meanwhile, PlaceGone when what it
 *   belongs to is in the trash itself, or training went on without it; then nothing came back
 * @example bringBack(context, [trashId])[0]?.itemId
 */
export function bringBack(context: WriterContext, ids: readonly string[]): TrashRow[] {
  const { db, path } = context;
  return write(db, () => {
    const entries = [...new Set(ids)].map((id) => getTrash(db, path, id));
    const restoring = new Set(entries.map((entry) => entry.itemId));
    for (const entry of entries) unmark(db, entry);
    for (const entry of entries) {
      requirePlace(db, entry, restoring);
      prepared(db, "DELETE FROM trash WHERE id = ?").run(entry.id);
    }
    return entries;
  });
}

function unmark(db: Catalog, { id, kind, itemId, name }: TrashRow): void {
  const models = prepared(db, "SELECT id, name FROM models WHERE trash_id = ?").all(id) as {
    id: string;
    name: string;
  }[];
  for (const model of models) {
    requireModelName(db, model.name, model.id);
    prepared(db, "UPDATE models SET trash_id = NULL WHERE id = ?").run(model.id);
  }
  for (const table of ["sessions", "runs", "checkpoints"]) {
    prepared(db, `UPDATE ${table} SET trash_id = NULL WHERE trash_id = ?`).run(id);
  }
  if (kind !== "session") return;
  requireSessionName(db, name, null);
  prepared(db, "INSERT INTO session_names (name, session_id) VALUES (?, ?)").run(name, itemId);
}

function requirePlace(db: Catalog, entry: TrashRow, restoring: ReadonlySet<string>): void {
  const { kind, itemId: id, name } = entry;
  const gone = (reason: string, remedy: string): never => {
    throw new PlaceGone({ kind, name, reason, remedy });
  };
  const within = placeInTrash(db, entry);
  if (within) {
    gone(`the ${within.kind} "${within.name}" lies in the trash too`, "restore both in one call");
  }
  if (kind !== "run") return;
  const run = placedRun(db, id);
  const made = madeFromRun(db, run);
  const without = [...made.runs, ...made.forks].find((later) => !restoring.has(later.id));
  if (without) {
    const remedy = "move what was trained meanwhile to the trash first";
    gone("training went on without it", remedy);
  }
  const base = baseInTrash(db, run);
  if (base)
    gone(`the run it went on from, "${base}", lies in the trash`, "restore both in one call");
}

// What an entry lies in, if that is in the trash itself.
function placeInTrash(
  db: Catalog,
  { kind, itemId }: TrashRow,
): { kind: string; name: string } | undefined {
  const places = {
    session: `SELECT parent.trash_id FROM sessions s JOIN sessions parent
        ON parent.id = s.parent_session_id WHERE s.id = @id
      UNION ALL SELECT c.trash_id FROM sessions s JOIN checkpoints c ON c.id = s.fork_checkpoint_id
        WHERE s.id = @id`,
    run: "SELECT s.trash_id FROM runs r JOIN sessions s ON s.id = r.session_id WHERE r.id = @id",
    checkpoint: `SELECT s.trash_id FROM checkpoints c JOIN sessions s ON s.id = c.session_id
        WHERE c.id = @id
      UNION ALL SELECT r.trash_id FROM checkpoints c JOIN runs r ON r.id = c.run_id
        WHERE c.id = @id`,
    model: `SELECT c.trash_id FROM models m JOIN checkpoints c ON c.id = m.checkpoint_id
      WHERE m.id = @id`,
  };
  return prepared(
    db,
    `SELECT kind, name FROM trash WHERE id IN (${places[kind]}) ORDER BY number LIMIT 1`,
  ).get({ id: itemId }) as { kind: string; name: string } | undefined;
}

// The run in the trash that a run was trained on from: one thrown away before it began is none.
function baseInTrash(db: Catalog, run: PlacedRun): string | undefined {
  const earlier = prepared(
    db,
    `SELECT r.id, r.number, r.from_step AS fromStep, r.last_step AS lastStep, r.rows, t.name
     FROM runs r LEFT JOIN trash t ON t.id = r.trash_id
     WHERE r.session_id = @sessionId AND r.number < @number
       AND (t.id IS NULL OR t.deleted_at >= (SELECT started_at FROM runs WHERE id = @id))
     ORDER BY r.number`,
  ).all({ sessionId: run.sessionId, number: run.number, id: run.id }) as (PlacedRun & {
    name: string | null;
  })[];
  const parts = layRuns([], earlier, run.fromStep, (part) => part);
  const trained = parts.filter((part) => {
    return part.to > earlier.find(({ id }) => id === part.runId)!.fromStep;
  });
  const bases = trained.map((part) => earlier.find(({ id }) => id === part.runId)!);
  return bases.find((base) => base.name !== null)?.name ?? undefined;
}
