import type { Catalog } from "../catalog/connection.js";
import type { StoreWriter } from "../writer/writer.js";
import { listTrash } from "./entries.js";
import type { TrashFilter, TrashItem, TrashRow } from "./entries.js";
import type { Purged } from "./purge.js";
import { readRetention } from "./retention.js";
import type { TrashRetention } from "./retention.js";
import { freedBy } from "./size.js";

/**
 * What was deleted and can come back: sessions, runs, checkpoints, models. What lies here is in no
 * list and no view of the store, and keeps its bytes until it is purged and collected.
 *
 * @example
 * const [entry] = await store.trash.put([{ kind: "session", id: hot.id }]);
 * entry.bytes; // what a purge would free
 * await store.trash.restore([entry.id]);
 */
export interface Trash {
  /** Newest first; of one kind, or with a part of the name. */
  list(filter?: TrashFilter): TrashRow[];
  /** Bytes that purging these entries, or all, would free. */
  size(ids?: readonly string[]): number;
  /**
   * Moves things to the trash, all or none. A session takes its runs, checkpoints and models along,
   * a run the checkpoints made from its states. Rejects with SessionNotFound, RunNotFound,
   * CheckpointNotFound, ModelNotFound, OptionInvalid; SessionBusy while it is trained; StillNeeded
   * when something that is to stay was made from it: `data.by` says what.
   */
  put(items: readonly TrashItem[]): Promise<TrashRow[]>;
  /**
   * Puts things back to where they were, all or none. Rejects with TrashNotFound; NameTaken when
   * something has the name meanwhile; PlaceGone when what it belongs to is in the trash too, or
   * training went on without it.
   */
  restore(ids: readonly string[]): Promise<TrashRow[]>;
  /**
   * Removes entries for good, all or none; the next collection frees the bytes. Rejects with
   * TrashNotFound; StillNeeded when another entry could not come back without one of these.
   */
  purge(ids: readonly string[]): Promise<Purged>;
  /** Purges all there is. */
  empty(): Promise<Purged>;
  /** How long things stay: "manual" unless set otherwise. */
  retention(): TrashRetention;
  /** Sets it, for what lies here already too. Rejects with OptionInvalid. */
  keepFor(retention: TrashRetention): Promise<void>;
}

/** The trash of an open store. @example trashOver(path, read, writer).list() */
export function trashOver(
  path: string,
  read: <T>(act: (db: Catalog) => T) => T,
  writer: StoreWriter,
): Trash {
  const ids = (): string[] => read((db) => listTrash(db, path).map((row) => row.id));
  return {
    list: (filter) => read((db) => listTrash(db, path, filter)),
    size: (some) => read((db) => freedBy(db, path, some ?? ids())),
    put: (items) => writer.throwAway(items),
    restore: (some) => writer.bringBack(some),
    purge: (some) => writer.purge(some),
    empty: async () => writer.purge(ids()),
    retention: () => read(readRetention),
    keepFor: (retention) => writer.setRetention(retention),
  };
}
