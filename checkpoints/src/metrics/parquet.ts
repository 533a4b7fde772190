import { createRequire } from "node:module";
import { tableFromIPC, tableToIPC } from "apache-arrow";
import type { Table } from "apache-arrow";
import { isStepType, isTextType, isValueType, isWallType } from "./columns.js";

type ParquetWasm = typeof import("parquet-wasm/node");

const load = createRequire(import.meta.url);

// Five megabytes of WebAssembly, needed only where rows are sealed or sealed rows are read.
function parquet(): ParquetWasm {
  return load("parquet-wasm/node") as ParquetWasm;
}

/** Few enough that a thousand rows are read without much else, enough that they compress well. */
export const ROWS_PER_GROUP = 16_384;

/**
 * A table as the bytes of a Parquet file: zstd, whole numbers and times as packed differences,
 * fractions split by byte, texts as a dictionary; with statistics for each group of rows.
 *
 * @example writeFileSync("run.parquet", parquetFromTable(table));
 */
export function parquetFromTable(table: Table): Uint8Array {
  const {
    Compression,
    EnabledStatistics,
    Encoding,
    Table: WasmTable,
    WriterPropertiesBuilder,
    writeParquet,
  } = parquet();
  let properties = new WriterPropertiesBuilder()
    .setCompression(Compression.ZSTD)
    .setStatisticsEnabled(EnabledStatistics.Chunk)
    .setMaxRowGroupSize(ROWS_PER_GROUP)
    .setDictionaryEnabled(false);
  for (const { name, type } of table.schema.fields) {
    if (isTextType(type)) {
      properties = properties.setColumnDictionaryEnabled(name, true);
      continue;
    }
    const encoding =
      isStepType(type) || isWallType(type)
        ? Encoding.DELTA_BINARY_PACKED
        : isValueType(type)
          ? Encoding.BYTE_STREAM_SPLIT
          : Encoding.PLAIN;
    properties = properties.setColumnEncoding(name, encoding);
  }
  return writeParquet(WasmTable.fromIPCStream(tableToIPC(table, "stream")), properties.build());
}

/**
 * The table in the bytes of a Parquet file.
 *
 * @throws Error when they are no Parquet file
 * @example tableFromParquet(readFileSync("run.parquet")).numRows
 */
export function tableFromParquet(bytes: Uint8Array): Table {
  return tableFromIPC(parquet().readParquet(bytes).intoIPCStream());
}
