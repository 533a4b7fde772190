import {
  constants,
  copyFileSync,
  existsSync,
  fsyncSync,
  openSync,
  closeSync,
  renameSync,
} from "node:fs";
import { openForReading, write } from "../catalog/connection.js";
import type { Catalog } from "../catalog/connection.js";
import { modelByName } from "../catalog/models.js";
import { sessionByName } from "../catalog/sessions.js";
import { hasBlob, insertBlob } from "../catalog/stored-tensors.js";
import { removeIfThere, syncFolderOf } from "../files/durable.js";
import { blobFile, packFile, SERIES_FOLDER, sealedFile, temporaryFile } from "../folder/layout.js";
import type { Series, SUBFOLDERS } from "../folder/layout.js";
import { newId } from "../ids.js";
import type { WriterContext } from "../writer/context.js";
import { blobsOf, wholeStore } from "./choice.js";
import { copyHistory } from "./history.js";
import type { Taken } from "./history.js";

interface SealedRun {
  runId: string;
  series: Series;
  rows: number;
  bytes: number;
}

interface Coming {
  temporary: string;
  file: string;
}

/**
 * Takes all sessions of another store into this one: files first, as temporary copies on disk, then
 * in one transaction their names and the rows. What is here already is left as it is.
 *
 * @param from the folder of a store that was checked, and that nobody writes
 * @throws ImportConflict, and the system's or SQLite's error; then nothing of it is here
 * @example adopt(context, "/tmp/forkpoint-import-x/.forkpoint").sessions
 */
export function adopt(context: WriterContext, from: string): Taken {
  const { db, path, lease } = context;
  const source = openForReading(from);
  const coming: Coming[] = [];
  const placed: string[] = [];
  const fetch = (folder: (typeof SUBFOLDERS)[number], origin: string, file: string): void => {
    const temporary = temporaryFile(path, folder, lease.id, newId());
    coming.push({ temporary, file });
    copyFileSync(origin, temporary, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
    const fd = openSync(temporary, "r+");
    try {
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
  };
  const strangers = (table: "runs" | "packs"): ((id: string) => boolean) => {
    const find = db.prepare(`SELECT 1 FROM ${table} WHERE id = ?`);
    return (id) => find.get(id) === undefined;
  };
  try {
    const choice = wholeStore(source);
    const blobs = blobsOf(source, choice);
    const newRun = strangers("runs");
    const newPack = strangers("packs");
    const rows = (
      source.prepare("SELECT run_id AS runId, series, rows, bytes FROM sealed").all() as SealedRun[]
    ).filter(({ runId }) => newRun(runId));
    const packs = (source.prepare("SELECT id FROM packs").pluck().all() as string[]).filter(
      newPack,
    );
    for (const digest of blobs) {
      if (!hasBlob(db, digest)) fetch("blobs", blobFile(from, digest), blobFile(path, digest));
    }
    for (const id of packs) {
      // A whole pack without a row may be all that is left of something.
      if (existsSync(packFile(path, id))) throw new Error(`a pack ${id} without a row is here`);
      fetch("packs", packFile(from, id), packFile(path, id));
    }
    for (const { runId, series } of rows) {
      const file = sealedFile(path, series, runId);
      fetch(SERIES_FOLDER[series], sealedFile(from, series, runId), file);
    }
    return write(db, () => {
      // Another process may have taken the same meanwhile.
      if (!rows.every(({ runId }) => newRun(runId)) || !packs.every(newPack)) {
        throw new Error("another process imported the same file in this moment");
      }
      const taken = copyHistory(source, db, choice, freeNames(db));
      const now = new Date().toISOString();
      const sizeOf = source.prepare("SELECT bytes FROM blobs WHERE digest = ?").pluck();
      for (const digest of blobs) insertBlob(db, digest, sizeOf.get(digest) as number, now);
      const seal = db.prepare(
        "INSERT INTO sealed (run_id, series, rows, bytes) VALUES (?, ?, ?, ?)",
      );
      for (const { runId, series, rows: count, bytes } of rows) {
        seal.run(runId, series, count, bytes);
      }
      const used = new Set(db.prepare("SELECT id FROM packs").pluck().all() as string[]);
      const left = new Set(packs.filter((id) => !used.has(id)).map((id) => packFile(path, id)));
      for (const { temporary, file } of coming) {
        if (left.has(file)) continue;
        renameSync(temporary, file);
        placed.push(file);
        syncFolderOf(file);
      }
      return taken;
    });
  } catch (error) {
    for (const file of placed) removeIfThere(file);
    throw error;
  } finally {
    for (const { temporary } of coming) removeIfThere(temporary);
    source.close();
  }
}

// The name wanted, or the next free one that begins with it.
function freeNames(db: Catalog) {
  const free = (wanted: string, taken: (name: string) => boolean): string => {
    for (let number = 1; ; number++) {
      const name = number === 1 ? wanted : `${wanted}-${number}`;
      if (!taken(name)) return name;
    }
  };
  return {
    session: (wanted: string) => free(wanted, (name) => sessionByName(db, name) !== null),
    model: (wanted: string) => free(wanted, (name) => modelByName(db, name) !== null),
  };
}
