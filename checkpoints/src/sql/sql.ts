import type { DuckDBResult, DuckDBValue } from "@duckdb/node-api";
import type { Table } from "apache-arrow";
import type { Catalog } from "../catalog/connection.js";
import { OptionInvalid } from "../errors/folder-errors.js";
import { StoreError } from "../errors/store-error.js";
import { SqlFailed, SqlRefused, SqlTimedOut, SqlTooLarge } from "../errors/sql-errors.js";
import { answerRecords, answerTable } from "./answer.js";
import type { SqlRecord } from "./record.js";
import { fillViews, VIEWS } from "./views.js";

/** How a query is asked. */
export interface SqlOptions {
  /** "records" (the default): a list of objects. "arrow": a table. */
  as?: "records" | "arrow";
  /** Values for `?` or `$1`, or for `$name` by name. */
  values?: readonly SqlValue[] | Readonly<Record<string, SqlValue>>;
  /** The longest it may take; 30,000 if not given. */
  timeoutMs?: number;
  /** What DuckDB may use; 1,024 if not given. */
  memoryMb?: number;
  /** The most rows of an answer; 1,000,000 if not given. */
  maxRows?: number;
}

/** A value for a parameter of a query. */
export type SqlValue = string | number | bigint | boolean | null;

const LIMITS = { timeoutMs: 30_000, memoryMb: 1024, maxRows: 1_000_000 } as const;
const OPTIONS = ["as", "values", ...Object.keys(LIMITS)];

/**
 * Answers one select over the views `metrics`, `snapshots`, `sessions`, `runs`, `checkpoints`,
 * `models` and `events`, by a DuckDB that can reach nothing else: no files, no network, no
 * extensions, no settings, and nothing to write to.
 *
 * @throws SqlFailed, SqlRefused, SqlTimedOut, SqlTooLarge, OptionInvalid, MetricsDamaged
 * @example await ask(db, store, "select session, max(step) from metrics group by 1", {});
 */
export async function ask(
  db: Catalog,
  store: string,
  query: string,
  options: SqlOptions = {},
): Promise<SqlRecord[] | Table> {
  const limits = checked(query, options);
  // Seventy megabytes of library, needed only by those who ask.
  const { DuckDBInstance, StatementType } = await import("@duckdb/node-api");
  const deadline = Date.now() + limits.timeoutMs;
  const instance = await DuckDBInstance.create(":memory:", {
    memory_limit: `${limits.memoryMb}MiB`,
    threads: "2",
    temp_directory: "",
    autoinstall_known_extensions: "false",
    autoload_known_extensions: "false",
    allow_community_extensions: "false",
    allow_persistent_secrets: "false",
  });
  const connection = await instance.connect();
  let late = false;
  const alarm = setTimeout(
    () => {
      late = true;
      connection.interrupt();
    },
    Math.max(0, deadline - Date.now()),
  );
  try {
    await fillViews(connection, db, store, viewsIn(query));
    await connection.run("SET timezone = 'UTC'");
    await connection.run("SET enable_external_access = false");
    await connection.run("SET lock_configuration = true");
    const statements = await connection.extractStatements(query);
    if (statements.count !== 1) {
      throw new SqlRefused({ query, reason: `it has ${statements.count} statements` });
    }
    const statement = await statements.prepare(0);
    const { statementType: type } = statement;
    if (type !== StatementType.SELECT && type !== StatementType.EXPLAIN) {
      throw new SqlRefused({ query, reason: `it is a ${StatementType[type]} statement` });
    }
    if (options.values) statement.bind(options.values as DuckDBValue[]);
    const result = await statement.stream();
    const columns = await collect(result, query, limits.maxRows, () => late);
    return options.as === "arrow" ? answerTable(result, columns) : answerRecords(result, columns);
  } catch (error) {
    throw asSqlError(error, query, late ? limits.timeoutMs : null);
  } finally {
    clearTimeout(alarm);
    connection.closeSync();
    instance.closeSync();
  }
}

// A view that the query cannot mean costs nothing; one that is only in a text of it, a little.
function viewsIn(query: string): Set<string> {
  const all = /\b(show|information_schema|duckdb_\w+)\b/i.test(query);
  return new Set(VIEWS.filter((name) => all || new RegExp(`\\b${name}\\b`, "i").test(query)));
}

async function collect(
  result: DuckDBResult,
  query: string,
  maxRows: number,
  late: () => boolean,
): Promise<DuckDBValue[][]> {
  const columns: DuckDBValue[][] = Array.from({ length: result.columnCount }, () => []);
  let rows = 0;
  for (;;) {
    if (late()) throw new Error("interrupted");
    const chunk = await result.fetchChunk();
    if (!chunk || chunk.rowCount === 0) return columns;
    rows += chunk.rowCount;
    if (rows > maxRows) throw new SqlTooLarge({ query, reason: `more than ${maxRows} rows` });
    chunk.appendToColumns(columns);
  }
}

function asSqlError(error: unknown, query: string, timeoutMs: number | null): unknown {
  if (error instanceof StoreError) return error;
  if (timeoutMs !== null) return new SqlTimedOut({ query, timeoutMs }, { cause: error });
  const { message } = error as Error;
  if (/^(Out of Memory|OutOfMemory)/i.test(message)) {
    return new SqlTooLarge({ query, reason: message.split("\n")[0]! }, { cause: error });
  }
  if (/^Permission Error/i.test(message)) {
    return new SqlRefused({ query, reason: message.split("\n")[0]! }, { cause: error });
  }
  return new SqlFailed({ query, words: message }, { cause: error });
}

function checked(query: string, options: SqlOptions): Record<keyof typeof LIMITS, number> {
  const refuse = (option: string, reason: string): never => {
    throw new OptionInvalid({ option, reason });
  };
  if (typeof query !== "string" || query.trim() === "") refuse("query", "must be a text");
  for (const name of Object.keys(options)) {
    if (!OPTIONS.includes(name)) refuse(name, `is none of ${OPTIONS.join(", ")}`);
  }
  if (options.as !== undefined && options.as !== "records" && options.as !== "arrow") {
    refuse("as", "must be records or arrow");
  }
  const limits = { ...LIMITS } as Record<keyof typeof LIMITS, number>;
  for (const name of Object.keys(LIMITS) as (keyof typeof LIMITS)[]) {
    const given = options[name];
    if (given === undefined) continue;
    if (!Number.isSafeInteger(given) || given < 1) refuse(name, "must be a whole number from 1 on");
    limits[name] = given;
  }
  return limits;
}
