import { StoreError } from "./store-error.js";

/** The query is none that can be answered; `data.words` is what DuckDB says. */
export class SqlFailed extends StoreError {
  constructor(data: { query: string; words: string }, options?: ErrorOptions) {
    super("SqlFailed", `The query failed: ${data.words}`, data, options);
  }
}

/** The query asks for something else than reading the store. */
export class SqlRefused extends StoreError {
  constructor(data: { query: string; reason: string }, options?: ErrorOptions) {
    super(
      "SqlRefused",
      `The query was refused (${data.reason}); store.sql answers one select over the store's own views.`,
      data,
      options,
    );
  }
}

/** The query took longer than it may. */
export class SqlTimedOut extends StoreError {
  constructor(data: { query: string; timeoutMs: number }, options?: ErrorOptions) {
    super(
      "SqlTimedOut",
      `The query took longer than ${data.timeoutMs} ms; ask for less, or give it more time with { timeoutMs }.`,
      data,
      options,
    );
  }
}

/** The query or its answer needs more memory than it may. */
export class SqlTooLarge extends StoreError {
  constructor(data: { query: string; reason: string }, options?: ErrorOptions) {
    super(
      "SqlTooLarge",
      `The query needs too much memory (${data.reason}); ask for less, or give it more with { memoryMb, maxRows }.`,
      data,
      options,
    );
  }
}
