// Rows of the catalog without the files behind them, for tests of what the catalog says about steps.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { insertCheckpoint } from "../catalog/checkpoints.js";
import type { CheckpointPlace, CheckpointTrigger } from "../catalog/checkpoints.js";
import { openForWriting } from "../catalog/connection.js";
import type { Catalog } from "../catalog/connection.js";
import { historyNow } from "../catalog/placing.js";
import { endRun, insertRun, setRunRows } from "../catalog/runs.js";
import { getSession, insertSession } from "../catalog/sessions.js";
import type { NewSession } from "../catalog/sessions.js";
import { newId } from "../ids.js";
import { sessionInput, temporaryFolder } from "./fixtures.js";

const NOW = "2026-01-01T00:00:00.000Z";

/** A catalog in a folder of its own. */
export interface TemporaryCatalog {
  db: Catalog;
  /** Closes it and removes the folder. */
  remove(): void;
}

/** An empty catalog for the tests of one file. @example const { db, remove } = temporaryCatalog(); */
export function temporaryCatalog(): TemporaryCatalog {
  const folder = temporaryFolder();
  mkdirSync(join(folder.path, "leases"));
  const db = openForWriting(folder.path);
  return {
    db,
    remove() {
      db.close();
      folder.remove();
    },
  };
}

/** Adds a session, a root unless told otherwise; gives its id. @example addSession(db, { parentSessionId, forkStep: 30 }) */
export function addSession(db: Catalog, more: Partial<NewSession> = {}): string {
  const id = newId();
  const parent = more.parentSessionId ?? null;
  insertSession(db, {
    ...sessionInput(id),
    ...{ id, name: id, parentSessionId: null, forkStep: 0, forkCheckpointId: null, createdAt: NOW },
    attributes: {},
    rootSessionId: parent === null ? id : getSession(db, parent).rootSessionId,
    ...more,
  });
  return id;
}

/** Adds an ended run with a row for each of its steps; gives its id. @example addRun(db, sessionId, 0, 100) */
export function addRun(db: Catalog, sessionId: string, fromStep: number, lastStep: number): string {
  const id = newId();
  const held = { holder: "none", pid: 1 };
  const begun = { fromStep, targetStep: 100, seed: 1, engine: "{}", startedAt: NOW };
  insertRun(db, { id, sessionId, mode: "resumed", ...begun, ...held });
  const ended = { error: null, summary: null, step: lastStep, endedAt: NOW };
  endRun(db, { id, status: "completed", ...ended });
  setRunRows(db, id, lastStep - fromStep + 1);
  return id;
}

/** Adds a checkpoint; gives its id. @example addCheckpoint(db, sessionId, 40, "auto") */
export function addCheckpoint(
  db: Catalog,
  sessionId: string,
  step: number,
  trigger: CheckpointTrigger = "manual",
  more: Partial<CheckpointPlace> = {},
): string {
  const id = newId();
  const place = { sessionId, ...historyNow(db, sessionId), ...more };
  insertCheckpoint(
    db,
    {
      ...{ id, ...place, runId: null, step, kind: "hard", trigger, digest: "", bytes: 1 },
      ...{ parentCheckpointId: null, secondParentCheckpointId: null },
      ...{ createdAt: NOW, state: "", engine: "" },
    },
    [],
  );
  return id;
}
