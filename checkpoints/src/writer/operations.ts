import { write } from "../catalog/connection.js";
import { getModel, requireModelName, updateModelName } from "../catalog/models.js";
import { cleanName } from "../catalog/names.js";
import { getLiveRun, updateRunStatus } from "../catalog/runs.js";
import { metricsChunk, samplesChunk } from "../metrics/chunk.js";
import { logValues } from "../metrics/log-values.js";
import { appendRows, syncSegments } from "../metrics/segment-writer.js";
import { storeBlob } from "../tensors/blobs.js";
import { thinKeyframes } from "../tensors/collection.js";
import { saveCheckpoint } from "../tensors/save.js";
import { restoreModel, trashModel } from "../trash/trash.js";
import type { WriterContext } from "./context.js";
import { finishRun, startRun } from "./runs-at-work.js";
import { appendEvent, createSession, moveName, renameSession } from "./sessions-at-work.js";
import type { StoreWriter } from "./writer.js";

/** The writer's operations as the worker runs them: each done when it returns. */
export type Operations = {
  [Name in keyof StoreWriter]: (
    ...input: Parameters<StoreWriter[Name]>
  ) => Awaited<ReturnType<StoreWriter[Name]>>;
};

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
    saveCheckpoint: (input) => {
      const began = performance.now();
      const saved = saveCheckpoint(context, input);
      return { ...saved, buffer: input.buffer, milliseconds: performance.now() - began };
    },
    appendMetrics: ({ runId, chunk }) => appendRows(context, "metrics", runId, metricsChunk(chunk)),
    appendSamples: ({ runId, rows }) => appendRows(context, "samples", runId, samplesChunk(rows)),
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
    deleteModel: (id) => write(db, () => trashModel(db, id, new Date())),
    restoreModel: (trashId) => write(db, () => restoreModel(db, trashId)),
    thinKeyframes: (sessionId, budget) => thinKeyframes(context, sessionId, budget),
    flush: () => syncSegments(context),
  };
}
