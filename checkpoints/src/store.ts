import type { MessagePort } from "node:worker_threads";
import type { Table } from "apache-arrow";
import { getCheckpoint, listCheckpoints } from "./catalog/checkpoints.js";
import type { CheckpointRow } from "./catalog/checkpoints.js";
import { openForReading, snapshot, storeId } from "./catalog/connection.js";
import type { Catalog } from "./catalog/connection.js";
import { listEvents } from "./catalog/events.js";
import type { EventRow } from "./catalog/events.js";
import { defaultModelName, getModel, listModels, modelByName } from "./catalog/models.js";
import type { ModelRow } from "./catalog/models.js";
import { keyframes } from "./catalog/keyframes.js";
import type { Keyframes } from "./catalog/keyframes.js";
import { ownerOf } from "./catalog/lineage.js";
import { nearestCheckpoint } from "./catalog/nearest.js";
import { outline } from "./catalog/outline.js";
import type { NearestCheckpoint } from "./catalog/nearest.js";
import { getRun, listRuns } from "./catalog/runs.js";
import type { RunRow } from "./catalog/runs.js";
import { getSession, listSessions, sessionByName } from "./catalog/sessions.js";
import type { SessionRow } from "./catalog/sessions.js";
import { timeline } from "./catalog/timeline.js";
import type { TimelinePart } from "./catalog/timeline.js";
import { latestCheckpoint } from "./catalog/visible.js";
import { StoreClosed } from "./errors/folder-errors.js";
import { asWriteError } from "./errors/system-error.js";
import { enterStore } from "./folder/front-gate.js";
import type { OpenOptions } from "./folder/front-gate.js";
import type { StepRange } from "./metrics/along.js";
import type { Curve } from "./metrics/downsample.js";
import { readCurve, readMetrics } from "./metrics/read.js";
import { nearestSnapshot, readSamples, readSnapshots } from "./snapshots/read.js";
import type { SampleRow, SnapshotRange } from "./snapshots/read.js";
import type { Snapshot, SnapshotKind } from "./snapshots/snapshot.js";
import type { SqlRecord } from "./sql/record.js";
import { ask } from "./sql/sql.js";
import type { SqlOptions } from "./sql/sql.js";
import { loadBlob } from "./tensors/blobs.js";
import { readManifest } from "./tensors/manifest.js";
import type { Manifest } from "./tensors/manifest.js";
import { restoreState } from "./tensors/restore.js";
import type { RestoredState, TensorSpace } from "./tensors/restore.js";
import { holderOf } from "./lease/holder.js";
import type { SessionHolder } from "./lease/holder.js";
import { trashOver } from "./trash/front.js";
import type { Trash } from "./trash/front.js";
import { writerOver } from "./writer/client.js";
import type { WriterClient } from "./writer/client.js";
import { workerOf } from "./writer/worker-host.js";
import type { StoreWriter } from "./writer/writer.js";

/**
 * An open store. Rows are read at once through a connection of this thread; every change goes
 * through `writer` to the store worker. After `close()` everything throws StoreClosed.
 */
export interface Store {
  /** The `.forkpoint` folder, absolute. */
  readonly path: string;
  /** Unique, kept when the folder moves. */
  readonly id: string;
  readonly sessions: {
    /** Oldest first. */
    list(): SessionRow[];
    /** Throws SessionNotFound. */
    get(id: string): SessionRow;
    byName(name: string): SessionRow | null;
    /**
     * Who trains it now, in this process or another: others may read and fork it meanwhile, not
     * train it. null where nobody does, or the one that did is dead. Throws SessionNotFound.
     */
    holder(id: string): SessionHolder | null;
  };
  readonly runs: {
    /** Of that session itself, oldest first. */
    list(sessionId: string): RunRow[];
    /** Throws RunNotFound. */
    get(id: string): RunRow;
  };
  /** The session's steps as parts, inherited ones included. Throws SessionNotFound. */
  timeline(sessionId: string): TimelinePart[];
  /**
   * The session of the lineage under whose settings a step was, or would be, trained; the step of
   * the fork is the parent's. Throws SessionNotFound, OptionInvalid.
   */
  ownerOf(sessionId: string, step: number): SessionRow;
  /** The checkpoints along the session's timeline, inherited ones included. Throws SessionNotFound. */
  keyframes(sessionId: string): Keyframes;
  readonly checkpoints: {
    /** Of that session itself, oldest first. */
    list(sessionId: string): CheckpointRow[];
    /** Throws CheckpointNotFound. */
    get(id: string): CheckpointRow;
    /** The session's own newest one on its timeline, at or before a step. */
    latest(sessionId: string, atOrBefore?: number): CheckpointRow | null;
    /**
     * The newest one from which replay under the settings of `owner` reaches the step, inherited
     * ones included; null where there is none. `except`: ids to pass over, as damaged ones. Throws
     * SessionNotFound, OptionInvalid.
     */
    nearest(sessionId: string, step: number, except?: readonly string[]): NearestCheckpoint | null;
    /** Throws CheckpointNotFound, CheckpointDamaged. */
    manifest(id: string): Manifest;
  };
  readonly models: {
    /** Newest first. */
    list(): ModelRow[];
    /** Throws ModelNotFound. */
    get(id: string): ModelRow;
    byName(name: string): ModelRow | null;
    /** "Model N" with the smallest unused N. */
    defaultName(): string;
  };
  readonly events: { /** Oldest first. */ list(sessionId?: string): EventRow[] };
  readonly trash: Trash;
  /** Another text when sessions, runs or models have changed, whoever did it; cheap to ask often. */
  outline(): string;
  /**
   * All tensors, each checked; or those of a space, each to its place in memory that is used again. Rejects
   * with CheckpointNotFound, CheckpointDamaged, TensorDamaged, TensorNotFound, OptionInvalid.
   */
  readTensors(checkpointId: string, space?: TensorSpace): Promise<RestoredState>;
  /** Checked. Rejects with BlobMissing, BlobDamaged. */
  readBlob(digest: string): Promise<Uint8Array<ArrayBuffer>>;
  /** Along the timeline, steps ascending. Rejects with SessionNotFound, MetricsDamaged. */
  readMetrics(
    sessionId: string,
    options?: StepRange & { columns?: readonly string[] },
  ): Promise<Table>;
  /**
   * One column along the timeline, thinned for a plot so many pixels wide: no spike is lost. Rejects
   * with SessionNotFound, MetricsDamaged, RangeError.
   */
  readCurve(
    sessionId: string,
    column: string,
    options: StepRange & { pixels: number },
  ): Promise<Curve>;
  /** Along the timeline, steps ascending. Rejects with SessionNotFound, MetricsDamaged. */
  readSnapshots(sessionId: string, options?: SnapshotRange): Promise<Snapshot[]>;
  /** The newest of a kind at or before a step. Rejects with SessionNotFound, MetricsDamaged. */
  nearestSnapshot(sessionId: string, step: number, kind: SnapshotKind): Promise<Snapshot | null>;
  /** The snapshots of the kind "sample". Rejects with SessionNotFound, MetricsDamaged. */
  readSamples(sessionId: string, options?: StepRange): Promise<SampleRow[]>;
  /**
   * One select over the views metrics, snapshots, sessions, runs, checkpoints, models and events, by
   * a DuckDB that reaches nothing else. Rejects with SqlFailed, SqlRefused, SqlTimedOut, SqlTooLarge,
   * OptionInvalid, MetricsDamaged.
   */
  sql: SqlQuery;
  readonly writer: StoreWriter;
  /** A way to the writer for another worker thread: transfer it, there attachStore(path, port). */
  connect(): MessagePort;
  /** Waits for what was asked, then lets go; the last one to close ends the store worker. */
  close(): Promise<void>;
}

/** Asks a store in SQL: rows as objects, of the type named if one is, or as an Arrow table. */
export interface SqlQuery {
  (query: string, options: SqlOptions & { as: "arrow" }): Promise<Table>;
  <Row extends object = SqlRecord>(query: string, options?: SqlOptions): Promise<Row[]>;
}

/**
 * Opens a store: the one given, else the one found upwards, else a new one. Opened twice in one
 * thread, both share one store worker.
 *
 * @throws StoreNotFound, StoreNotWritable, StoreNewer, StoreForeign, StoreOnNetwork, StoreDamaged
 * @example const store = await openStore({ from: "/home/ada/sonnets" });
 */
export async function openStore(options: OpenOptions = {}): Promise<Store> {
  const path = enterStore(options);
  const host = await workerOf(path);
  try {
    const client = writerOver(host.connect(), path, host.lost);
    return storeOver(path, client, {
      connect: () => host.connect(),
      close: () => host.release(),
    });
  } catch (error) {
    await host.release();
    throw error;
  }
}

/**
 * A store in another worker thread: it reads by itself and writes through the port. `close()`
 * closes only this end; the worker that `port` leads to stays with the thread that opened it.
 *
 * @param port from `connect()`, transferred here
 * @throws StoreNotFound, StoreNewer, StoreDamaged
 * @example const store = attachStore(workerData.path, workerData.port);
 */
export function attachStore(path: string, port: MessagePort): Store {
  return storeOver(path, writerOver(port, path), {
    connect() {
      throw new TypeError("only the thread that opened the store can connect others to it");
    },
    close: () => Promise.resolve(),
  });
}

function storeOver(
  path: string,
  client: WriterClient,
  owner: { connect(): MessagePort; close(): Promise<void> },
): Store {
  const db = openForReading(path);
  let closing: Promise<void> | undefined;
  const read = <T>(act: (db: Catalog) => T): T => {
    if (closing) throw new StoreClosed({ path });
    try {
      return snapshot(db, () => act(db));
    } catch (error) {
      throw asWriteError(error, path);
    }
  };
  // What reads files looks at the catalog again where one is gone meanwhile.
  const readLater = async <T>(act: (db: Catalog) => Promise<T>): Promise<T> => {
    if (closing) throw new StoreClosed({ path });
    try {
      return await act(db);
    } catch (error) {
      throw closing ? new StoreClosed({ path }, { cause: error }) : asWriteError(error, path);
    }
  };
  const close = async (): Promise<void> => {
    try {
      await client.close();
    } finally {
      db.close();
      await owner.close();
    }
  };
  return {
    path,
    id: read((db) => storeId(db, path)),
    sessions: {
      list: () => read(listSessions),
      get: (id) => read((db) => getSession(db, id)),
      byName: (name) => read((db) => sessionByName(db, name)),
      holder: (id) => read((db) => holderOf(db, path, id)),
    },
    runs: {
      list: (sessionId) => read((db) => listRuns(db, sessionId)),
      get: (id) => read((db) => getRun(db, id)),
    },
    timeline: (sessionId) => read((db) => timeline(db, sessionId)),
    ownerOf: (sessionId, step) => read((db) => ownerOf(db, sessionId, step)),
    keyframes: (sessionId) => read((db) => keyframes(db, sessionId)),
    checkpoints: {
      list: (sessionId) => read((db) => listCheckpoints(db, sessionId)),
      get: (id) => read((db) => getCheckpoint(db, id)),
      latest: (sessionId, step) => read((db) => latestCheckpoint(db, sessionId, step)),
      nearest: (sessionId, step, except) =>
        read((db) => nearestCheckpoint(db, sessionId, step, except)),
      manifest: (id) => read((db) => readManifest(db, id)),
    },
    models: {
      list: () => read(listModels),
      get: (id) => read((db) => getModel(db, id)),
      byName: (name) => read((db) => modelByName(db, name)),
      defaultName: () => read(defaultModelName),
    },
    events: { list: (sessionId) => read((db) => listEvents(db, sessionId)) },
    trash: trashOver(path, read, client.writer),
    outline: () => read(outline),
    readTensors: (id, space) => readLater((db) => restoreState(db, path, id, space)),
    readBlob: (digest) => readLater((db) => loadBlob(db, path, digest)),
    readMetrics: (id, options) => readLater((db) => readMetrics(db, path, id, options)),
    readCurve: (id, column, options) => readLater((db) => readCurve(db, path, id, column, options)),
    readSnapshots: (id, options) => readLater((db) => readSnapshots(db, path, id, options)),
    nearestSnapshot: (id, step, kind) =>
      readLater((db) => nearestSnapshot(db, path, id, step, kind)),
    readSamples: (id, options) => readLater((db) => readSamples(db, path, id, options)),
    sql: ((query: string, options?: SqlOptions) =>
      readLater((db) => ask(db, path, query, options))) as SqlQuery,
    writer: client.writer,
    connect: () => read(() => owner.connect()),
    close: () => (closing ??= close()),
  };
}
