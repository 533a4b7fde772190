/** What an error says about itself besides its sentence: plain values that survive a thread border. */
export type ErrorData = Readonly<Record<string, unknown>>;

/**
 * The base of every error that the store raises on purpose. `code` equals the class name, `data`
 * holds the plain facts, `message` is one sentence that says what to do.
 *
 * @example
 * try { await store.writer.renameModel(id, "Model 1"); }
 * catch (error) { if (error instanceof StoreError && error.code === "NameTaken") askAgain(); }
 */
export class StoreError extends Error {
  readonly code: string;
  readonly data: ErrorData;

  constructor(code: string, message: string, data: ErrorData, options?: ErrorOptions) {
    super(message, options);
    this.name = code;
    this.code = code;
    this.data = data;
  }
}
