import { statSync } from "node:fs";
import { prepared } from "../catalog/connection.js";
import type { Catalog } from "../catalog/connection.js";
import { SERIES_FOLDER, sealedFile, segmentFile } from "../folder/layout.js";
import type { Series } from "../folder/layout.js";
import { releasedStates } from "./released.js";

const GOING = "SELECT number FROM checkpoints WHERE id IN (SELECT value FROM json_each(@going))";

/**
 * Bytes that purging these entries would free: packs and tensors that nothing else uses, rows of
 * metrics and samples. Tensors inside packs that others use go when the pack is packed anew.
 *
 * @example freedBy(db, store, [trashId]) // 9_800_000
 */
export function freedBy(db: Catalog, store: string, ids: readonly string[]): number {
  const list = JSON.stringify(ids);
  const thrown = prepared(
    db,
    "SELECT id FROM checkpoints WHERE trash_id IN (SELECT value FROM json_each(@list))",
  ).all({ list }) as { id: string }[];
  const states = [...thrown, ...releasedStates(db, list)].map(({ id }) => id);
  const going = JSON.stringify(states);
  const tensors = prepared(
    db,
    `SELECT coalesce(sum(t.length), 0) AS n FROM tensors t
     WHERE t.number IN (SELECT tensor FROM checkpoint_tensors WHERE checkpoint IN (${GOING}))
       AND NOT EXISTS (SELECT 1 FROM checkpoint_tensors ct WHERE ct.tensor = t.number
         AND ct.checkpoint NOT IN (${GOING}))`,
  ).get({ going }) as { n: number };
  // The header of a pack whose own checkpoint goes, where no tensor of it stays.
  const headers = prepared(
    db,
    `SELECT coalesce(sum(p.bytes - (SELECT coalesce(sum(t.length), 0) FROM tensors t
        WHERE t.pack_id = p.id)), 0) AS n
     FROM packs p WHERE p.id IN (SELECT value FROM json_each(@going))
       AND NOT EXISTS (SELECT 1 FROM tensors t JOIN checkpoint_tensors ct ON ct.tensor = t.number
         WHERE t.pack_id = p.id AND ct.checkpoint NOT IN (${GOING}))`,
  ).get({ going }) as { n: number };
  return tensors.n + headers.n + recordedBytes(db, store, list);
}

function recordedBytes(db: Catalog, store: string, list: string): number {
  const files = [
    ...(prepared(
      db,
      `SELECT s.run_id AS run, s.series, null AS number FROM sealed s JOIN runs r ON r.id = s.run_id
       WHERE r.trash_id IN (SELECT value FROM json_each(@list))`,
    ).all({ list }) as Recorded[]),
    ...(prepared(
      db,
      `SELECT s.run_id AS run, s.series, s.number FROM segments s JOIN runs r ON r.id = s.run_id
       WHERE r.trash_id IN (SELECT value FROM json_each(@list))`,
    ).all({ list }) as Recorded[]),
  ];
  return files.reduce((sum, file) => {
    return sum + (statSync(recordedFile(store, file), { throwIfNoEntry: false })?.size ?? 0);
  }, 0);
}

/** A file of recorded rows: sealed, or a segment by its number. */
export interface Recorded {
  run: string;
  series: Series;
  number: number | null;
}

/** Where a file of recorded rows lies. Throws StoreDamaged. @example recordedFile(store, { run, series: "metrics", number: null }) */
export function recordedFile(store: string, { run, series, number }: Recorded): string {
  if (!(series in SERIES_FOLDER)) throw new TypeError(`${series} is no series`);
  return number === null ? sealedFile(store, series, run) : segmentFile(store, series, run, number);
}
