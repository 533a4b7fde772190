import {
  Bool,
  Field,
  Float64,
  Int64,
  makeData,
  RecordBatch,
  Schema,
  Struct,
  Table,
  Timestamp,
  TimeUnit,
  Utf8,
  vectorFromArray,
} from "apache-arrow";
import type { DataType } from "apache-arrow";
import type { DuckDBResult, DuckDBType, DuckDBValue } from "@duckdb/node-api";
import type { SqlCell, SqlRecord } from "./record.js";

/** The rows of an answer as objects. @example answerRecords(result, columns)[0]?.step */
export function answerRecords(result: DuckDBResult, columns: DuckDBValue[][]): SqlRecord[] {
  const names = result.deduplicatedColumnNames();
  const rows = columns[0]?.length ?? 0;
  const cells = columns.map((column) => column.map(cellOf));
  return Array.from({ length: rows }, (_, row) =>
    Object.fromEntries(names.map((name, column) => [name, cells[column]![row]!])),
  );
}

/**
 * An answer as an Arrow table: int64, float64, bool, timestamp[ms, UTC], else utf8 (lists and
 * structs as JSON).
 *
 * @example answerTable(result, columns).getChild("step")
 */
export function answerTable(result: DuckDBResult, columns: DuckDBValue[][]): Table {
  const names = result.deduplicatedColumnNames();
  const length = columns[0]?.length ?? 0;
  const types = result.columnTypes().map(arrowType);
  const fields = names.map((name, column) => new Field(name, types[column]!, true));
  const children = columns.map((column, index) => {
    const values = column.map((value) => arrowValue(cellOf(value), types[index]!));
    return vectorFromArray(values, types[index]!).data[0] ?? emptyData(types[index]!);
  });
  const schema = new Schema(fields);
  const data = makeData({ type: new Struct(fields), length, nullCount: 0, children } as never);
  return new Table(schema, [new RecordBatch(schema, data as never)]);
}

function emptyData(type: DataType) {
  return makeData({ type, length: 0 } as never);
}

function arrowType(type: DuckDBType): DataType {
  const name = type.toString();
  if (/^(TINYINT|SMALLINT|INTEGER|BIGINT|UTINYINT|USMALLINT|UINTEGER)$/.test(name)) {
    return new Int64();
  }
  if (/^(FLOAT|DOUBLE|HUGEINT|UBIGINT|UHUGEINT|DECIMAL.*)$/.test(name)) return new Float64();
  if (name === "BOOLEAN") return new Bool();
  if (/^(TIMESTAMP.*|DATE)$/.test(name)) return new Timestamp(TimeUnit.MILLISECOND, "UTC");
  return new Utf8();
}

function arrowValue(cell: SqlCell, type: DataType): unknown {
  if (cell === null) return null;
  if (type instanceof Int64) return BigInt(cell as number);
  if (type instanceof Float64) return Number(cell);
  if (type instanceof Bool) return cell;
  if (type instanceof Timestamp) return (cell as Date).getTime();
  if (typeof cell === "string") return cell;
  return JSON.stringify(cell, (_, value: unknown) =>
    typeof value === "bigint"
      ? String(value)
      : value instanceof Uint8Array
        ? Buffer.from(value).toString("base64")
        : value,
  );
}

// DuckDB's own kinds of values, told apart by what they carry: the library is loaded only on demand.
function cellOf(value: DuckDBValue): SqlCell {
  if (value === null || typeof value !== "object") {
    if (typeof value !== "bigint") return value;
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : value;
  }
  if ("micros" in value && !("months" in value) && isTime(value)) {
    return new Date(Number(value.micros / 1000n));
  }
  if ("millis" in value) return new Date(Number(value.millis));
  if ("seconds" in value) return new Date(Number(value.seconds) * 1000);
  if ("nanos" in value && isTime(value)) return new Date(Number(value.nanos / 1_000_000n));
  if ("days" in value && !("months" in value)) return new Date(value.days * 86_400_000);
  if ("scale" in value) return value.toDouble();
  if ("items" in value) return value.items.map(cellOf);
  if ("bytes" in value) return value.bytes;
  if ("entries" in value && Array.isArray(value.entries)) {
    return value.entries.map((entry) => ({ key: cellOf(entry.key), value: cellOf(entry.value) }));
  }
  if ("entries" in value) {
    const entries = Object.entries(value.entries as Record<string, DuckDBValue>);
    return Object.fromEntries(entries.map(([name, item]) => [name, cellOf(item)]));
  }
  return String(value);
}

function isTime(value: object): boolean {
  return value.constructor.name.startsWith("DuckDBTimestamp");
}
