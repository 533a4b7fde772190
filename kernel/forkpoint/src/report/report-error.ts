/**
 * Why no report was made: a code, the data, and a sentence that says what to do. Nothing was written.
 *
 * @example if (error instanceof ReportError && error.code === "NotebookInvalid") show(error.message);
 */
export class ReportError extends Error {
  readonly code: string;
  readonly data: object;

  constructor(code: string, message: string, data: object = {}) {
    super(message);
    this.name = code;
    this.code = code;
    this.data = data;
  }
}
