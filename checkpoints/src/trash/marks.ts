import { prepared } from "../catalog/connection.js";
import type { Catalog } from "../catalog/connection.js";
import { getModel } from "../catalog/models.js";
import { insertTrash } from "./entries.js";
import type { TrashKind } from "./entries.js";

/** The tables whose rows can lie in the trash. */
export type TrashTable = "sessions" | "runs" | "checkpoints" | "models";

/** Makes an entry of the trash and puts a row into it; gives the entry's id. Inside a transaction. @example putRow(db, "runs", { kind: "run", itemId, name, data }, now) */
export function putRow(
  db: Catalog,
  table: TrashTable,
  entry: { kind: TrashKind; itemId: string; name: string; data: object },
  now: Date,
): string {
  const id = insertTrash(db, entry, now);
  markRow(db, table, entry.itemId, id);
  return id;
}

/** Puts a row into an entry of the trash. @example markRow(db, "models", id, entry) */
export function markRow(db: Catalog, table: TrashTable, id: string, entry: string): void {
  prepared(db, `UPDATE ${table} SET trash_id = ? WHERE id = ?`).run(entry, id);
}

/** The entry of the trash that a row lies in, or null. @example entryOf(db, "runs", id) === null */
export function entryOf(db: Catalog, table: TrashTable, id: string): string | null {
  const row = prepared(db, `SELECT trash_id AS entry FROM ${table} WHERE id = ?`).get(id);
  return (row as { entry: string | null } | undefined)?.entry ?? null;
}

/** Moves a model to the trash; gives the entry's id. Inside a transaction. Throws ModelNotFound. @example throwModel(db, id, new Date()) */
export function throwModel(db: Catalog, id: string, now: Date): string {
  const model = getModel(db, id);
  return putRow(db, "models", { kind: "model", itemId: id, name: model.name, data: model }, now);
}
