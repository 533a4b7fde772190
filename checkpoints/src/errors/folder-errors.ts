import { StoreError } from "./store-error.js";

/** No store at `data.path` and none may be made there. */
export class StoreNotFound extends StoreError {
  constructor(data: { path: string; reason?: string }, options?: ErrorOptions) {
    super(
      "StoreNotFound",
      `There is no Forkpoint store at ${data.path}${data.reason ? ` (${data.reason})` : ""}; open it from a folder that has one, or let open() make one in an existing folder.`,
      data,
      options,
    );
  }
}

/** The folder of the store cannot be written. */
export class StoreNotWritable extends StoreError {
  constructor(data: { path: string; reason: string }, options?: ErrorOptions) {
    super(
      "StoreNotWritable",
      `The folder ${data.path} cannot be written (${data.reason}); give yourself the right to write there, or open a store in another folder.`,
      data,
      options,
    );
  }
}

/** The catalog was written by a newer Forkpoint than this one. */
export class StoreNewer extends StoreError {
  constructor(data: { path: string; version: number; supported: number }, options?: ErrorOptions) {
    super(
      "StoreNewer",
      `The store ${data.path} was made by a newer Forkpoint (schema ${data.version}, this one knows ${data.supported}); update Forkpoint to open it.`,
      data,
      options,
    );
  }
}

/** The store belongs to another user of the machine. */
export class StoreForeign extends StoreError {
  constructor(data: { path: string; owner: number }, options?: ErrorOptions) {
    super(
      "StoreForeign",
      `The store ${data.path} belongs to another user (id ${data.owner}); copy it to a folder of your own and open the copy.`,
      data,
      options,
    );
  }
}

/** The store lies on a network file system, where SQLite's write-ahead log is not safe. */
export class StoreOnNetwork extends StoreError {
  constructor(data: { path: string; fileSystem: string }, options?: ErrorOptions) {
    super(
      "StoreOnNetwork",
      `The store ${data.path} would lie on a network file system (${data.fileSystem}), where its catalog is not safe; put it on a local disk.`,
      data,
      options,
    );
  }
}

/** The catalog is not what Forkpoint wrote. */
export class StoreDamaged extends StoreError {
  constructor(data: { path: string; reason: string }, options?: ErrorOptions) {
    super(
      "StoreDamaged",
      `The catalog of the store ${data.path} is damaged (${data.reason}); "forkpoint verify --repair" rebuilds it from the files beside it, or put a copy of catalog.sqlite back.`,
      data,
      options,
    );
  }
}

/** Another process writes the store, so that its catalog cannot be replaced now. */
export class StoreInUse extends StoreError {
  constructor(data: { path: string }, options?: ErrorOptions) {
    super(
      "StoreInUse",
      `Another process has the store ${data.path} open for writing; close its notebooks and try again.`,
      data,
      options,
    );
  }
}

/** The store was closed before this was asked of it. */
export class StoreClosed extends StoreError {
  constructor(data: { path: string }, options?: ErrorOptions) {
    super(
      "StoreClosed",
      `The store ${data.path} is closed; open it again to go on.`,
      data,
      options,
    );
  }
}

/** The disk refused a write; nothing of that write is left. `data.reason` is the system's code. */
export class StoreWriteFailed extends StoreError {
  constructor(data: { path: string; reason: string }, options?: ErrorOptions) {
    super("StoreWriteFailed", `${writeSentence(data)} Nothing was half-written.`, data, options);
  }
}

/** The thread that writes the store ended unexpectedly; what it had acknowledged is on disk. */
export class StoreWorkerLost extends StoreError {
  constructor(data: { path: string; reason: string }, options?: ErrorOptions) {
    super(
      "StoreWorkerLost",
      `The thread that writes the store ${data.path} ended unexpectedly (${data.reason}); what was acknowledged is on disk: close the store and open it again.`,
      data,
      options,
    );
  }
}

/** A value handed to the store cannot be taken as it is. */
export class OptionInvalid extends StoreError {
  constructor(data: { option: string; reason: string }, options?: ErrorOptions) {
    super("OptionInvalid", `The value of ${data.option} ${data.reason}.`, data, options);
  }
}

function writeSentence(data: { path: string; reason: string }): string {
  switch (data.reason) {
    case "ENOSPC":
    case "EDQUOT":
    case "SQLITE_FULL":
      return `The disk that holds ${data.path} is full; free some space and save again.`;
    case "SQLITE_BUSY":
      return `Another process kept the store ${data.path} locked for too long; end it or wait, then try again.`;
    default:
      return `Writing to ${data.path} failed (${data.reason}); check the disk and the rights of the folder, then try again.`;
  }
}
