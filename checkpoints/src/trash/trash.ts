import { TrashNotFound } from "../errors/entry-errors.js";
import { prepared } from "../catalog/connection.js";
import type { Catalog } from "../catalog/connection.js";
import { deleteModelRow, getModel, insertModel, requireModelName } from "../catalog/models.js";
import type { ModelRow } from "../catalog/models.js";
import { newId } from "../ids.js";

/** What was removed and can come back. */
export interface TrashRow {
  id: string;
  kind: "model";
  name: string;
  /** The row as it was. */
  data: Record<string, unknown>;
  deletedAt: string;
}

type Raw = Omit<TrashRow, "data"> & { data: string };

const SELECT = "SELECT id, kind, name, data, deleted_at AS deletedAt FROM trash";

/** What lies in the trash, newest first. @example listTrash(db)[0]?.name */
export function listTrash(db: Catalog): TrashRow[] {
  const rows = prepared(db, `${SELECT} ORDER BY number DESC`).all() as Raw[];
  return rows.map((row) => ({ ...row, data: JSON.parse(row.data) }));
}

/**
 * Moves a model to the trash; its checkpoint stays as long as it lies there. Inside a transaction.
 *
 * @throws ModelNotFound
 * @example write(db, () => trashModel(db, id, new Date()))
 */
export function trashModel(db: Catalog, modelId: string, now: Date): TrashRow {
  const model = getModel(db, modelId);
  const row: TrashRow = {
    id: newId(),
    kind: "model",
    name: model.name,
    data: { ...model },
    deletedAt: now.toISOString(),
  };
  prepared(
    db,
    `INSERT INTO trash (id, kind, name, data, checkpoint_id, deleted_at)
     VALUES (@id, @kind, @name, @data, @checkpointId, @deletedAt)`,
  ).run({ ...row, data: JSON.stringify(row.data), checkpointId: model.checkpointId });
  deleteModelRow(db, modelId);
  return row;
}

/**
 * Puts a model back into the library under its old name and id. Inside a transaction.
 *
 * @throws TrashNotFound, NameTaken when a model has the name meanwhile
 * @example write(db, () => restoreModel(db, trashId))
 */
export function restoreModel(db: Catalog, trashId: string): ModelRow {
  const row = prepared(db, `${SELECT} WHERE id = ? AND kind = 'model'`).get(trashId) as
    Raw | undefined;
  if (!row) throw new TrashNotFound({ id: trashId });
  const model = JSON.parse(row.data) as ModelRow;
  requireModelName(db, model.name, null);
  insertModel(db, model);
  prepared(db, "DELETE FROM trash WHERE id = ?").run(trashId);
  return getModel(db, model.id);
}
