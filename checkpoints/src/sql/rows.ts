import type { DuckDBConnection } from "@duckdb/node-api";

/** The types of a table's columns, in DuckDB's words. */
export type ColumnTypes = Readonly<
  Record<string, "VARCHAR" | "BIGINT" | "DOUBLE" | "BOOLEAN" | "TIMESTAMPTZ">
>;

/**
 * Makes a table and appends rows to it: texts, numbers, booleans and nulls; ISO texts for times.
 *
 * @throws DuckDB's errors
 * @example await appendRows(connection, "models", { name: "VARCHAR" }, [["Model 1"]]);
 */
export async function appendRows(
  connection: DuckDBConnection,
  table: string,
  columns: ColumnTypes,
  rows: readonly (readonly unknown[])[],
): Promise<void> {
  const { DuckDBTimestampTZValue } = await import("@duckdb/node-api");
  const types = Object.values(columns);
  const list = Object.entries(columns).map(([name, type]) => `"${name}" ${type}`);
  await connection.run(`CREATE TABLE ${table} (${list.join(", ")})`);
  const appender = await connection.createAppender(table);
  for (const row of rows) {
    for (const [index, value] of row.entries()) {
      const type = types[index];
      if (value === null) appender.appendNull();
      else if (type === "BIGINT") appender.appendBigInt(BigInt(value as number));
      else if (type === "DOUBLE") appender.appendDouble(Number(value));
      else if (type === "BOOLEAN") appender.appendBoolean(Boolean(value));
      else if (type === "TIMESTAMPTZ") {
        const time = Date.parse(String(value));
        if (Number.isNaN(time)) appender.appendNull();
        else appender.appendTimestampTZ(new DuckDBTimestampTZValue(BigInt(time) * 1000n));
      } else appender.appendVarchar(String(value));
    }
    appender.endRow();
  }
  appender.flushSync();
  appender.closeSync();
}
