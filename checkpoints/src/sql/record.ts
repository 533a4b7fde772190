// Apart from what reads DuckDB's answers: whoever uses a store needs none of its types.

/** A value of an answer: whole numbers beyond 2^53 are bigint, times are dates. */
export type SqlCell =
  | string
  | number
  | bigint
  | boolean
  | null
  | Date
  | Uint8Array
  | readonly SqlCell[]
  | { readonly [name: string]: SqlCell };

/** A row of an answer by the names of its columns. */
export type SqlRecord = Record<string, SqlCell>;
