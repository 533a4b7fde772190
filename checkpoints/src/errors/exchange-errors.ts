import { StoreError } from "./store-error.js";

/** What was to be imported is not what it should be; nothing of it was taken. */
export class ImportInvalid extends StoreError {
  constructor(data: { file: string; reason: string }, options?: ErrorOptions) {
    super(
      "ImportInvalid",
      `${data.file} cannot be imported: ${data.reason}. Nothing of it was taken.`,
      data,
      options,
    );
  }
}

/** The store has a session of the file already, trained otherwise; nothing was taken. */
export class ImportConflict extends StoreError {
  constructor(data: { name: string; sessionId: string; reason: string }, options?: ErrorOptions) {
    super(
      "ImportConflict",
      `This store has the session "${data.name}" already, and ${data.reason}; import the file into a folder without a store. Nothing of it was taken.`,
      data,
      options,
    );
  }
}

/** Something lies already where an export was to be written. */
export class ExportTaken extends StoreError {
  constructor(data: { path: string }, options?: ErrorOptions) {
    super(
      "ExportTaken",
      `${data.path} is there already; name another place, or remove it first.`,
      data,
      options,
    );
  }
}

/** What was to be exported has no form of the kind asked for. */
export class ExportImpossible extends StoreError {
  constructor(data: { what: string; reason: string }, options?: ErrorOptions) {
    super("ExportImpossible", `${data.what} cannot be exported: ${data.reason}.`, data, options);
  }
}
