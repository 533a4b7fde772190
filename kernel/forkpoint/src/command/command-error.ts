/** A failure that the command ends with: a code, the data, and a sentence that says what to do. */
export class CommandError extends Error {
  readonly code: string;
  readonly data: object;

  constructor(code: string, message: string, data: object = {}) {
    super(message);
    this.name = code;
    this.code = code;
    this.data = data;
  }
}
