import { write } from "../catalog/connection.js";
import { getModel, requireModelName, updateModelName } from "../catalog/models.js";
import { cleanName } from "../catalog/names.js";
import { getLiveRun, updateRunStatus } from "../catalog/runs.js";
import { adopt } from "../exchange/adopt.js";
import { joinedChunks, metricsChunk } from "../metrics/chunk.js";
import { logValues } from "../metrics/log-values.js";
import { appendRows, syncSegments } from "../metrics/segment-writer.js";
import { fillSnapshots } from "../snapshots/fill.js";
import { snapshotsChunk } from "../snapshots/rows.js";
import { storeBlob } from "../tensors/blobs.js";
import { collect, thinKeyframes } from "../tensors/collection.js";
import { saveCheckpoint } from "../tensors/save.js";
import { bringBack } from "../trash/bring-back.js";
import { TrashNotFound } from "../errors/entry-errors.js";
import { getTrash } from "../trash/entries.js";
import { purge } from "../trash/purge.js";
import { setRetention } from "../trash/retention.js";
import { throwAway } from "../trash/throw-away.js";
import type { WriterContext } from "./context.js";
import { finishRun, startRun } from "./runs-at-work.js";
import { appendEvent, createSession, moveName, renameSession } from "./sessions-at-work.js";
import type { StoreWriter } from "./writer.js";

/**
 * The writer's operations as the worker runs them: each done when it returns. What rewrites sealed
 * files takes its turn behind the sealing, and a save lets the disk work while it hashes: both are done
 * when their promises settle. Nothing else may begin before a save is done.
 */
export type Operations = {
  [Name in Exclude<keyof StoreWriter, Lasting>]: (
    ...input: Parameters<StoreWriter[Name]>
  ) => Awaited<ReturnType<StoreWriter[Name]>>;
} & Pick<StoreWriter, Lasting> & {
    /** Rows of one run that came in several calls; false if each is to be done by itself. */
    appendTogether(calls: readonly RowsOfRun[]): boolean;
  };

type Lasting = "fillSnapshots" | "saveCheckpoint";

/** What appendMetrics is given. */
export type RowsOfRun = Parameters<StoreWriter["appendMetrics"]>[0];

/**
 * Appends what several calls bring for one run, with one write and one transaction. A refused row
 * leaves nothing of any of them: then each is to be done by itself, to have its own answer.
 *
 * @returns whether all are appended
 */
function appendTogether(context: WriterContext, calls: readonly RowsOfRun[]): boolean {
  try {
    const all = joinedChunks(calls.map(({ chunk }) => metricsChunk(chunk)));
    if (all) appendRows(context, "metrics", calls[0]!.runId, all);
    return all !== null;
  } catch {
    // Whatever it was will be met, and said, by those that are done by themselves.
    return false;
  }
}

/**
 * The operations of StoreWriter over one context. Errors as StoreWriter says; those of the system
 * and of SQLite come as they are.
 *
 * @example operationsOf(context).renameModel(id, "best");
 */
export function operationsOf(context: WriterContext): Operations {
  const { db } = context;
  return {
    createSession: (input) => createSession(context, input),
    renameSession: (id, name) => renameSession(context, id, name),
    moveName: (input) => moveName(context, input),
    startRun: (input) => startRun(context, input),
    setRunStatus: (runId, status) =>
      write(db, () => {
        getLiveRun(db, runId);
        updateRunStatus(db, runId, status);
      }),
    finishRun: (input) => finishRun(context, input),
    saveBlob: (bytes) => storeBlob(context, bytes),
    saveCheckpoint: (input) => saveCheckpoint(context, input),
    appendMetrics: ({ runId, chunk }) => appendRows(context, "metrics", runId, metricsChunk(chunk)),
    appendTogether: (calls) => appendTogether(context, calls),
    appendSnapshots: ({ runId, snapshots }) =>
      appendRows(context, "snapshots", runId, snapshotsChunk(snapshots)),
    fillSnapshots: ({ sessionId, snapshots }) => fillSnapshots(context, sessionId, snapshots),
    appendSamples: ({ runId, rows }) => {
      const samples = rows.map((row) => ({ ...row, kind: "sample" as const }));
      appendRows(context, "snapshots", runId, snapshotsChunk(samples));
    },
    appendEvent: (input) => appendEvent(context, input),
    logValues: ({ sessionId, rows }) => logValues(context, sessionId, rows),
    renameModel: (id, name) => {
      const clean = cleanName(name, "model");
      return write(db, () => {
        getModel(db, id);
        requireModelName(db, clean, id);
        updateModelName(db, id, clean);
        return getModel(db, id);
      });
    },
    deleteModel: (id) => throwAway(context, [{ kind: "model", id }])[0]!,
    restoreModel: (trashId) => {
      const { kind, itemId } = getTrash(db, context.path, trashId);
      if (kind !== "model") throw new TrashNotFound({ id: trashId });
      bringBack(context, [trashId]);
      return getModel(db, itemId);
    },
    throwAway: (items) => throwAway(context, items),
    bringBack: (ids) => bringBack(context, ids),
    purge: (ids) => purge(context, ids),
    setRetention: (retention) => setRetention(context, retention),
    collect: (options) => collect(context, options),
    thinKeyframes: (sessionId, budget) => thinKeyframes(context, sessionId, budget),
    adopt: ({ path }) => adopt(context, path),
    flush: () => syncSegments(context),
  };
}
