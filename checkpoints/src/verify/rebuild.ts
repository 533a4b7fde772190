import { existsSync, readdirSync, readFileSync, renameSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { openForWriting, prepared, write } from "../catalog/connection.js";
import type { Catalog } from "../catalog/connection.js";
import { catalogFile, SERIES_FOLDER } from "../folder/layout.js";
import type { Series } from "../folder/layout.js";
import { tableFromParquet } from "../metrics/parquet.js";
import { readSegment } from "../metrics/segment-reader.js";
import { stepsOf } from "../metrics/columns.js";
import type { PackHistory, PackManifest } from "../tensors/pack.js";
import { adoptBlobs } from "../tensors/blobs.js";
import { adoptPacks, numberAt } from "./adopt.js";
import { scanPacks } from "./pack-scan.js";
import { counted } from "./report.js";
import { salvage } from "./salvage.js";

type KnownSession = PackHistory["sessions"][number];
type KnownRun = PackHistory["runs"][number];

/**
 * Makes a new catalog from what the packs tell: sessions, names as they last were, runs, checkpoints,
 * models, rows, blobs; and from the old catalog, set aside, what can still be read of the rest. What
 * lay in the trash is out of it again.
 *
 * @returns what was done, one sentence each
 * @throws the system's or SQLite's error; the old catalog is there, under another name
 * @example rebuildCatalog("/n/.forkpoint")[0]
 */
export function rebuildCatalog(store: string): string[] {
  const aside = setAside(store);
  const db = openForWriting(store, true);
  const { packs, unreadable } = scanPacks(store);
  const done: string[] = [];
  if (aside) done.push(`kept the old catalog as ${basename(aside)}`);
  try {
    write(db, () => {
      db.pragma("defer_foreign_keys = ON");
      const manifests = packs.flatMap((pack) => (pack.manifest ? [pack.manifest] : []));
      const id = manifests.find((manifest) => manifest.history)?.history?.store;
      if (id) prepared(db, "UPDATE meta SET value = ? WHERE key = 'store_id'").run(id);
      const sessions = insertSessions(db, manifests);
      insertRuns(db, manifests, sessions);
      const checkpoints = adoptPacks(db, packs);
      numberMerges(db, sessions);
      const models = insertModels(db, manifests);
      const rows = adoptRows(db, store);
      const blobs = adoptBlobs(db, store);
      done.push(
        `rebuilt the catalog: ${counted(sessions.size, "session")}, ${counted(checkpoints.length, "checkpoint")}, ${counted(models, "model")}, ${counted(blobs, "blob")}, recorded rows of ${counted(rows, "file")}`,
      );
      if (aside) done.push(...salvage(db, aside));
    });
  } finally {
    db.close();
  }
  if (!aside)
    done.push(
      "events, logged columns, later names and sessions without a checkpoint were in the lost catalog only",
    );
  if (unreadable.length > 0)
    done.push(`left alone ${counted(unreadable.length, "pack")} that cannot be read`);
  return done;
}

function setAside(store: string): string | null {
  const file = catalogFile(store);
  if (!existsSync(file)) return null;
  const stamp = new Date().toISOString().replaceAll(/[^0-9]/g, "");
  const aside = `${file}.damaged-${stamp}`;
  for (const ending of ["", "-wal", "-shm"]) {
    if (existsSync(file + ending)) renameSync(file + ending, aside + ending);
  }
  return aside;
}

// The newest manifest that tells of a session counts.
function insertSessions(
  db: Catalog,
  manifests: readonly PackManifest[],
): Map<string, KnownSession> {
  const known = new Map<string, KnownSession>();
  for (const { history, session } of manifests) {
    // Packs of before schema 3 tell of their own session only, and less.
    const { attributes = {} } = session as Partial<KnownSession>;
    const plain = { ...session, attributes, forkRunNumber: 0, forkMerge: null };
    for (const row of history?.sessions ?? [plain]) known.set(row.id, row);
  }
  const newest = [...known.values()].reverse();
  const names = new Set<string>();
  const nameOf = new Map<string, string>();
  for (const { id, name } of newest) {
    let free = name;
    for (let n = 2; names.has(free); n++) free = `${name} (recovered ${n})`;
    names.add(free);
    nameOf.set(id, free);
  }
  const rows = [...known.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
  for (const session of rows) {
    const parent = session.parentSessionId;
    prepared(
      db,
      `INSERT INTO sessions (id, parent_session_id, root_session_id, fork_step, fork_checkpoint_id,
         fork_run_number, model_kind, model_config, training_config, data_config, attributes, created_at)
       VALUES (@id, @parentSessionId, @rootSessionId, @forkStep, @forkCheckpointId, @forkRunNumber,
         @modelKind, @modelConfig, @trainingConfig, @dataConfig, @attributes, @createdAt)`,
    ).run({
      ...session,
      // A parent that nothing tells of any more: what is left begins here.
      parentSessionId: parent !== null && known.has(parent) ? parent : null,
      rootSessionId: known.has(session.rootSessionId) ? session.rootSessionId : session.id,
      attributes: JSON.stringify(session.attributes),
      forkMerge: undefined,
    });
    prepared(db, "INSERT INTO session_names (name, session_id) VALUES (?, ?)").run(
      nameOf.get(session.id),
      session.id,
    );
  }
  return known;
}

function insertRuns(
  db: Catalog,
  manifests: readonly PackManifest[],
  sessions: ReadonlyMap<string, KnownSession>,
): void {
  const known = new Map<string, KnownRun>();
  for (const { history } of manifests) {
    for (const run of history?.runs ?? []) if (sessions.has(run.sessionId)) known.set(run.id, run);
  }
  let number = Math.max(0, ...[...known.values()].map((run) => run.number));
  for (const { checkpoint, engine } of manifests) {
    const { runId: id, sessionId, step, createdAt } = checkpoint;
    if (id === null || !sessions.has(sessionId)) continue;
    const run = known.get(id);
    if (run) known.set(id, { ...run, lastStep: Math.max(run.lastStep, step) });
    else {
      // A pack of before schema 3 names its run only.
      const before = [...known.values()].filter((other) => other.sessionId === sessionId).at(-1);
      const fromStep = Math.min(before?.lastStep ?? 0, step);
      const begun = { mode: "resumed", status: "interrupted", rows: 0, seed: 0 } as const;
      known.set(id, {
        ...{ id, number: ++number, sessionId, ...begun, fromStep, targetStep: step },
        ...{ lastStep: step, engine, startedAt: createdAt },
      });
    }
  }
  for (const run of [...known.values()].sort((a, b) => a.number - b.number)) {
    const ended = run.status === "running" || run.status === "paused" ? "interrupted" : run.status;
    prepared(
      db,
      `INSERT INTO runs (number, id, session_id, mode, status, from_step, target_step, last_step, rows,
         seed, engine, holder, holder_pid, started_at, ended_at)
       VALUES (@number, @id, @sessionId, @mode, @status, @fromStep, @targetStep, @lastStep, 0, @seed,
         @engine, 'none', 0, @startedAt, @startedAt)`,
    ).run({ ...run, status: ended, rows: undefined });
  }
}

// Merges have their numbers only now.
function numberMerges(db: Catalog, sessions: ReadonlyMap<string, KnownSession>): void {
  for (const { id, forkCheckpointId, forkMerge } of sessions.values()) {
    if (forkMerge !== null) {
      const number = numberAt(db, forkMerge);
      prepared(db, "UPDATE sessions SET fork_merge_number = ? WHERE id = ?").run(number, id);
    }
    const there = prepared(db, "SELECT 1 FROM checkpoints WHERE id = ?").get(forkCheckpointId);
    if (!there) {
      prepared(db, "UPDATE sessions SET fork_checkpoint_id = NULL WHERE id = ?").run(id);
    }
  }
}

function insertModels(db: Catalog, manifests: readonly PackManifest[]): number {
  let count = 0;
  const insert = prepared(
    db,
    `INSERT OR IGNORE INTO models (id, name, checkpoint_id, train_loss, created_at)
     SELECT @id, @name, id, @trainLoss, created_at FROM checkpoints WHERE id = @checkpointId`,
  );
  // Of one name the newest counts: it took the place of the others.
  for (const { model, checkpoint } of manifests.toReversed()) {
    if (!model) continue;
    const { id = checkpoint.id, name, trainLoss } = model;
    count += insert.run({ id, name, trainLoss, checkpointId: checkpoint.id }).changes;
  }
  return count;
}

/**
 * Takes files of rows into the catalog whose run it knows and whose rows it does not. Inside a
 * transaction.
 *
 * @returns how many
 * @throws the system's error
 * @example write(db, () => adoptRows(db, store))
 */
export function adoptRows(db: Catalog, store: string): number {
  let count = 0;
  for (const folder of new Set(Object.values(SERIES_FOLDER))) {
    // Sealed rows first: segments beside them are what the sealing had not removed yet.
    const names = readdirSync(join(store, folder)).sort((a, b) => compareRows(a, b));
    for (const name of names) {
      const [, run, number] = /^([a-z0-9]{1,64})(?:-(\d+))?\.(?:arrows|parquet)$/.exec(name) ?? [];
      if (run === undefined || name.endsWith(".arrows") !== (number !== undefined)) continue;
      if (adoptFile(db, join(store, folder, name), run, folder, number)) count += 1;
    }
  }
  return count;
}

function compareRows(a: string, b: string): number {
  const sealed = Number(b.endsWith(".parquet")) - Number(a.endsWith(".parquet"));
  return sealed || a.localeCompare(b, "en", { numeric: true });
}

function adoptFile(
  db: Catalog,
  file: string,
  run: string,
  folder: string,
  number: string | undefined,
): boolean {
  if (!prepared(db, "SELECT 1 FROM runs WHERE id = ?").get(run)) return false;
  let table;
  try {
    const bytes = readFileSync(file);
    table = number === undefined ? tableFromParquet(bytes) : readSegment(bytes);
  } catch (error) {
    // No Parquet: it stays, for verify to name.
    if ((error as NodeJS.ErrnoException).code) throw error;
    return false;
  }
  if (!table) return false;
  const columns = table.schema.fields.map((field) => field.name);
  const series = seriesOf(folder, columns);
  const rows = table.numRows;
  const last = stepsOf(table).at(-1) ?? -1;
  const has = (which: string, more = ""): boolean =>
    prepared(db, `SELECT 1 FROM ${which} WHERE run_id = ? AND series = ?${more}`).get(
      run,
      series,
    ) !== undefined;
  if (has("sealed")) return false;
  if (number === undefined) {
    if (has("segments")) return false;
    prepared(db, "INSERT INTO sealed (run_id, series, rows, bytes) VALUES (?, ?, ?, ?)").run(
      ...[run, series, rows, statSync(file).size],
    );
  } else {
    if (has("segments", ` AND number = ${Number(number)}`)) return false;
    prepared(
      db,
      "INSERT INTO segments (run_id, series, number, rows, last_step) VALUES (?, ?, ?, ?, ?)",
    ).run(run, series, Number(number), rows, last);
  }
  if (series === "metrics") {
    prepared(db, "UPDATE runs SET rows = rows + ?, last_step = max(last_step, ?) WHERE id = ?").run(
      rows,
      last,
      run,
    );
  }
  return true;
}

function seriesOf(folder: string, columns: readonly string[]): Series {
  const fitting = (Object.keys(SERIES_FOLDER) as Series[]).filter(
    (series) => SERIES_FOLDER[series] === folder,
  );
  // Snapshots of several kinds say of what kind each is.
  return (columns.includes("kind") ? fitting.at(-1) : fitting[0])!;
}
