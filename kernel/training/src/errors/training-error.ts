/**
 * The base of every error that a user of training can cause: a stable code, the data behind it, and
 * one sentence that says what to do.
 */
export class TrainingError<Data extends object = object> extends Error {
  readonly code: string;
  readonly data: Data;

  constructor(code: string, message: string, data: Data) {
    super(message);
    this.name = code;
    this.code = code;
    this.data = data;
  }
}
