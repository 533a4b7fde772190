import { ModelNotFound, NameTaken } from "../errors/entry-errors.js";
import { prepared } from "./connection.js";
import type { Catalog } from "./connection.js";

/** A named entry of the model library. */
export interface ModelRow {
  id: string;
  /** Unique. */
  name: string;
  modelKind: string;
  sessionId: string;
  /** The name that the session has now. */
  sessionName: string;
  checkpointId: string;
  step: number;
  trainLoss: number | null;
  createdAt: string;
}

const SELECT = `
SELECT m.id, m.name, s.model_kind AS modelKind, s.id AS sessionId, n.name AS sessionName,
  m.checkpoint_id AS checkpointId, c.step, m.train_loss AS trainLoss, m.created_at AS createdAt
FROM models m JOIN checkpoints c ON c.id = m.checkpoint_id JOIN sessions s ON s.id = c.session_id
  JOIN session_names n ON n.session_id = s.id`;

/** The model library, newest first. @example listModels(db)[0]?.name */
export function listModels(db: Catalog): ModelRow[] {
  return prepared(
    db,
    `${SELECT} WHERE m.trash_id IS NULL ORDER BY m.created_at DESC, m.number DESC`,
  ).all() as ModelRow[];
}

/** The model of this id. Throws ModelNotFound. @example getModel(db, id).step */
export function getModel(db: Catalog, id: string): ModelRow {
  const row = prepared(db, `${SELECT} WHERE m.id = ? AND m.trash_id IS NULL`).get(id) as
    ModelRow | undefined;
  if (!row) throw new ModelNotFound({ id });
  return row;
}

/** The model of this name, or null. @example modelByName(db, "Model 1")?.id */
export function modelByName(db: Catalog, name: string): ModelRow | null {
  const row = prepared(db, `${SELECT} WHERE m.name = ? AND m.trash_id IS NULL`).get(
    name.normalize("NFC").trim(),
  );
  return (row as ModelRow | undefined) ?? null;
}

/** "Model N" with the smallest N that no model has. @example defaultModelName(db) // "Model 1" */
export function defaultModelName(db: Catalog): string {
  const names = prepared(
    db,
    "SELECT name FROM models WHERE name GLOB 'Model [1-9]*' AND trash_id IS NULL",
  ).all();
  const taken = new Set((names as { name: string }[]).map((row) => row.name));
  let number = 1;
  while (taken.has(`Model ${number}`)) number += 1;
  return `Model ${number}`;
}

/** Throws NameTaken when another model than `except` has the name. @example requireModelName(db, "Model 1", null) */
export function requireModelName(db: Catalog, name: string, except: string | null): void {
  const taken = modelByName(db, name);
  if (taken && taken.id !== except) throw new NameTaken({ name, kind: "model" });
}

/** Writes a model. Throws SQLite's errors. @example write(db, () => insertModel(db, model)) */
export function insertModel(
  db: Catalog,
  model: Pick<ModelRow, "id" | "name" | "checkpointId" | "trainLoss" | "createdAt">,
): void {
  prepared(
    db,
    `INSERT INTO models (id, name, checkpoint_id, train_loss, created_at)
     VALUES (@id, @name, @checkpointId, @trainLoss, @createdAt)`,
  ).run(model);
}

/** Gives a model another name. Throws SQLite's errors. @example write(db, () => updateModelName(db, id, "best")) */
export function updateModelName(db: Catalog, id: string, name: string): void {
  prepared(db, "UPDATE models SET name = ? WHERE id = ?").run(name, id);
}
