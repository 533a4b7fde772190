import { NameTaken } from "../errors/entry-errors.js";
import { OptionInvalid } from "../errors/folder-errors.js";
import { getCheckpoint } from "../catalog/checkpoints.js";
import { write } from "../catalog/connection.js";
import { insertEvent } from "../catalog/events.js";
import type { EventRow } from "../catalog/events.js";
import { cleanName } from "../catalog/names.js";
import { getRun } from "../catalog/runs.js";
import {
  getSession,
  insertSession,
  moveSessionName,
  requireSessionName,
  swapSessionNames,
} from "../catalog/sessions.js";
import type { SessionRow } from "../catalog/sessions.js";
import { newId } from "../ids.js";
import type { WriterContext } from "./context.js";
import type { EventInput, NameMove, SessionInput } from "./writer.js";

/**
 * Makes a session: a root, or a fork of a parent at a step; under a name of its own, or under the
 * name of another session, which goes on under another.
 *
 * @throws NameTaken, NameInvalid, SessionNotFound, CheckpointNotFound, OptionInvalid
 * @example createSession(context, { name: "hot", parentSessionId, forkStep: 300, … });
 */
export function createSession({ db }: WriterContext, input: SessionInput): SessionRow {
  const { takeNameOf } = input;
  if ((takeNameOf === undefined) === (input.name === undefined)) {
    throw new OptionInvalid({ option: "name", reason: "must be given, or takeNameOf instead" });
  }
  const given = takeNameOf
    ? cleanName(takeNameOf.oldName, "session")
    : cleanName(input.name, "session");
  const id = newId();
  const parentSessionId = input.parentSessionId ?? null;
  const forkStep = parentSessionId === null ? (input.forkStep ?? 0) : input.forkStep;
  if (forkStep === undefined || !Number.isSafeInteger(forkStep) || forkStep < 0) {
    throw new OptionInvalid({ option: "forkStep", reason: "must be a whole number from 0 on" });
  }
  if (parentSessionId === null && forkStep !== 0) {
    throw new OptionInvalid({ option: "forkStep", reason: "must be 0 without a parent session" });
  }
  for (const option of ["modelKind", "modelConfig", "trainingConfig", "dataConfig"] as const) {
    if (typeof input[option] !== "string") {
      throw new OptionInvalid({ option, reason: "must be a text" });
    }
  }
  const attributes = input.attributes ?? {};
  for (const [key, value] of Object.entries(attributes)) {
    const plain = value === null || ["string", "number", "boolean"].includes(typeof value);
    if (!plain || (typeof value === "number" && !Number.isFinite(value))) {
      const reason = "must be a text, a finite number, a truth value or null";
      throw new OptionInvalid({ option: `attributes.${key}`, reason });
    }
  }
  return write(db, () => {
    const taken = takeNameOf && getSession(db, takeNameOf.sessionId);
    requireSessionName(db, given, null);
    if (taken) moveSessionName(db, taken.id, given);
    const name = taken?.name ?? given;
    const parent = parentSessionId === null ? null : getSession(db, parentSessionId);
    const forkCheckpointId = input.forkCheckpointId ?? null;
    if (forkCheckpointId !== null) getCheckpoint(db, forkCheckpointId);
    insertSession(db, {
      id,
      name,
      parentSessionId,
      rootSessionId: parent?.rootSessionId ?? id,
      forkStep,
      forkCheckpointId,
      modelKind: input.modelKind,
      modelConfig: input.modelConfig,
      trainingConfig: input.trainingConfig,
      dataConfig: input.dataConfig,
      attributes,
      createdAt: new Date().toISOString(),
    });
    return getSession(db, id);
  });
}

/**
 * Gives a session another name.
 *
 * @throws SessionNotFound, NameTaken, NameInvalid
 * @example renameSession(context, id, "sonnets, hot");
 */
export function renameSession({ db }: WriterContext, id: string, name: string): SessionRow {
  const clean = cleanName(name, "session");
  return write(db, () => {
    getSession(db, id);
    requireSessionName(db, clean, id);
    moveSessionName(db, id, clean);
    return getSession(db, id);
  });
}

/**
 * Moves a name from one session to another.
 *
 * @throws SessionNotFound, NameTaken, NameInvalid, OptionInvalid
 * @example moveName(context, { from: old.id, to: rewound.id, oldName: "sonnets@1200" }).name // "sonnets"
 */
export function moveName({ db }: WriterContext, { from, to, oldName }: NameMove): SessionRow {
  const clean = cleanName(oldName, "session");
  if (from === to) {
    throw new OptionInvalid({ option: "to", reason: "must be another session than from" });
  }
  return write(db, () => {
    const { name } = getSession(db, from);
    getSession(db, to);
    // The name that `to` gives up is free already, except for itself.
    if (clean === name) throw new NameTaken({ name, kind: "session" });
    requireSessionName(db, clean, to);
    swapSessionNames(db, { [from]: clean, [to]: name });
    return getSession(db, to);
  });
}

/**
 * Records an event.
 *
 * @throws SessionNotFound, RunNotFound, OptionInvalid
 * @example appendEvent(context, { sessionId, step: 300, kind: "fork", data: { to: "hot" } });
 */
export function appendEvent({ db }: WriterContext, input: EventInput): EventRow {
  if (!/^[a-z][a-z0-9_]{0,63}$/.test(input.kind)) {
    throw new OptionInvalid({ option: "kind", reason: "must be a word in snake_case" });
  }
  const event: EventRow = {
    id: newId(),
    sessionId: input.sessionId,
    runId: input.runId ?? null,
    step: input.step ?? null,
    kind: input.kind,
    data: { ...input.data },
    createdAt: new Date().toISOString(),
  };
  write(db, () => {
    getSession(db, event.sessionId);
    if (event.runId !== null) getRun(db, event.runId);
    insertEvent(db, event);
  });
  return event;
}
