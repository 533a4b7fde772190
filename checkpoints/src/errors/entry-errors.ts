import { StoreError } from "./store-error.js";

/** The name is in use. `data.kind` says for what. */
export class NameTaken extends StoreError {
  constructor(data: { name: string; kind: "session" | "model" }, options?: ErrorOptions) {
    super(
      "NameTaken",
      data.kind === "model"
        ? `A model named "${data.name}" exists; choose another name, or replace it.`
        : `A session named "${data.name}" exists; choose another name.`,
      data,
      options,
    );
  }
}

/** The name is empty, too long or holds characters that cannot be shown. */
export class NameInvalid extends StoreError {
  constructor(
    data: { name: string; kind: "session" | "model"; reason: string },
    options?: ErrorOptions,
  ) {
    super("NameInvalid", `The name of a ${data.kind} ${data.reason}.`, data, options);
  }
}

/** No session has this id. */
export class SessionNotFound extends StoreError {
  constructor(data: { id: string }, options?: ErrorOptions) {
    super(
      "SessionNotFound",
      `There is no session "${data.id}" in this store; store.sessions.list() shows those there are.`,
      data,
      options,
    );
  }
}

/** No run has this id. */
export class RunNotFound extends StoreError {
  constructor(data: { id: string }, options?: ErrorOptions) {
    super("RunNotFound", `There is no run "${data.id}" in this store.`, data, options);
  }
}

/** No checkpoint has this id, or it was thinned meanwhile. */
export class CheckpointNotFound extends StoreError {
  constructor(data: { id: string }, options?: ErrorOptions) {
    super(
      "CheckpointNotFound",
      `There is no checkpoint "${data.id}" in this store (any more).`,
      data,
      options,
    );
  }
}

/** No model in the library has this id. */
export class ModelNotFound extends StoreError {
  constructor(data: { id: string }, options?: ErrorOptions) {
    super(
      "ModelNotFound",
      `There is no model "${data.id}" in the library; store.models.list() shows those there are.`,
      data,
      options,
    );
  }
}

/** Nothing in the trash has this id. */
export class TrashNotFound extends StoreError {
  constructor(data: { id: string }, options?: ErrorOptions) {
    super("TrashNotFound", `There is nothing "${data.id}" in the trash.`, data, options);
  }
}

/** What is to go is what something else stands on. `data.by` says what. */
export class StillNeeded extends StoreError {
  constructor(
    data: { kind: string; id: string; name: string; by: readonly NeededBy[]; purging: boolean },
    options?: ErrorOptions,
  ) {
    super(
      "StillNeeded",
      `The ${data.kind} "${data.name}" is still needed: ${data.by.map((need) => need.why).join("; ")}. ${
        data.purging ? "Purge these in the same call" : "Move these to the trash in the same call"
      }, or leave it.`,
      data,
      options,
    );
  }
}

/** What needs something, and why, as one clause. */
export interface NeededBy {
  kind: "model" | "checkpoint" | "run" | "session";
  id: string;
  name: string;
  why: string;
}

/** What is to come back has no place to come back to, or the place has changed. */
export class PlaceGone extends StoreError {
  constructor(
    data: { kind: string; name: string; reason: string; remedy: string },
    options?: ErrorOptions,
  ) {
    super(
      "PlaceGone",
      `The ${data.kind} "${data.name}" cannot come back (${data.reason}); ${data.remedy}.`,
      data,
      options,
    );
  }
}

/** Another run trains this session now; `data.holder` says who. */
export class SessionBusy extends StoreError {
  constructor(
    data: {
      sessionId: string;
      name: string;
      holder: { runId: string; pid: number; since: string };
    },
    options?: ErrorOptions,
  ) {
    super(
      "SessionBusy",
      `The session "${data.name}" is being trained already (process ${data.holder.pid}, since ${data.holder.since}); read or fork it meanwhile, and wait for that run or stop it to train it here.`,
      data,
      options,
    );
  }
}

/** The run has ended; runs are never reopened. */
export class RunEnded extends StoreError {
  constructor(data: { runId: string; status: string }, options?: ErrorOptions) {
    super(
      "RunEnded",
      `The run "${data.runId}" has ended (${data.status}) and is never reopened; start a new run.`,
      data,
      options,
    );
  }
}
