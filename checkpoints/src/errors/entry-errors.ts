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
      `The session "${data.name}" is being trained already (process ${data.holder.pid}, since ${data.holder.since}); wait for it or stop it first.`,
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
