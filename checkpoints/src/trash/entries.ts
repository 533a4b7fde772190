import { TrashNotFound } from "../errors/entry-errors.js";
import { prepared } from "../catalog/connection.js";
import type { Catalog } from "../catalog/connection.js";
import { newId } from "../ids.js";
import { freedBy } from "./size.js";

/** What can lie in the trash. */
export const TRASH_KINDS = ["model", "checkpoint", "run", "session"] as const;
/** A kind of thing that can lie in the trash. */
export type TrashKind = (typeof TRASH_KINDS)[number];

/** One thing of a store that can go to the trash. */
export interface TrashItem {
  kind: TrashKind;
  id: string;
}

/** What was removed and can come back. */
export interface TrashRow {
  /** Of the entry; the thing itself keeps its own, `itemId`. */
  id: string;
  kind: TrashKind;
  itemId: string;
  name: string;
  /** The row as it was. */
  data: Record<string, unknown>;
  deletedAt: string;
  /** What purging this entry alone would free, with what its packs share with nothing else. */
  bytes: number;
}

/** Which entries to list. */
export interface TrashFilter {
  kind?: TrashKind;
  /** A part of the name, in any case. */
  search?: string;
}

type Raw = Omit<TrashRow, "data" | "bytes"> & { data: string };

const SELECT = "SELECT id, kind, item_id AS itemId, name, data, deleted_at AS deletedAt FROM trash";

/** What lies in the trash, newest first. @example listTrash(db, store, { search: "sonnet" })[0]?.name */
export function listTrash(db: Catalog, store: string, filter: TrashFilter = {}): TrashRow[] {
  const wanted = filter.search?.normalize("NFC").toLowerCase();
  return (prepared(db, `${SELECT} ORDER BY number DESC`).all() as Raw[])
    .filter((row) => filter.kind === undefined || row.kind === filter.kind)
    .filter((row) => wanted === undefined || row.name.toLowerCase().includes(wanted))
    .map((row) => whole(db, store, row));
}

/** The entry of this id. Throws TrashNotFound. @example getTrash(db, store, id).kind */
export function getTrash(db: Catalog, store: string, id: string): TrashRow {
  const row = prepared(db, `${SELECT} WHERE id = ?`).get(id) as Raw | undefined;
  if (!row) throw new TrashNotFound({ id });
  return whole(db, store, row);
}

/** Makes an entry. Inside a transaction. @example insertTrash(db, { kind: "model", itemId, name, data }, new Date()) */
export function insertTrash(
  db: Catalog,
  entry: { kind: TrashKind; itemId: string; name: string; data: object },
  now: Date,
): string {
  const id = newId();
  prepared(
    db,
    `INSERT INTO trash (id, kind, item_id, name, data, deleted_at, deleted_start)
     VALUES (@id, @kind, @itemId, @name, @data, @deletedAt, @start)`,
  ).run({
    ...{ id, kind: entry.kind, itemId: entry.itemId, name: entry.name },
    ...{ data: JSON.stringify(entry.data), deletedAt: now.toISOString(), start: newestStart(db) },
  });
  return id;
}

/** How many processes have opened the store to write so far. @example newestStart(db) // 12 */
export function newestStart(db: Catalog): number {
  const row = prepared(db, "SELECT seq AS n FROM sqlite_sequence WHERE name = 'writers'").get();
  return (row as { n: number } | undefined)?.n ?? 0;
}

function whole(db: Catalog, store: string, row: Raw): TrashRow {
  return { ...row, data: JSON.parse(row.data), bytes: freedBy(db, store, [row.id]) };
}
