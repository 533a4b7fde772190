import { createRequire } from "node:module";
import { tableFromIPC, tableToIPC } from "apache-arrow";
import type { Table } from "apache-arrow";
import { isStepType, isValueType, isWallType } from "./columns.js";

type ParquetWasm = typeof import("parquet-wasm/node");

const load = createRequire(import.meta.url);

// Five megabytes of WebAssembly, needed only where rows are sealed or sealed rows are read.
function parquet(): ParquetWasm {
  return load("parquet-wasm/node") as ParquetWasm;
}

/**
 * A table as the bytes of a Parquet file: zstd, whole numbers and times as packed differences,
 * fractions split by byte, texts plain.
 *
 * @example writeFileSync("run.parquet", parquetFromTable(table));
 */
export function parquetFromTable(table: Table): Uint8Array {
  const {
    Compression,
    Encoding,
    Table: WasmTable,
    WriterPropertiesBuilder,
    writeParquet,
  } = parquet();
  let properties = new WriterPropertiesBuilder()
    .setCompression(Compression.ZSTD)
    .setDictionaryEnabled(false);
  for (const { name, type } of table.schema.fields) {
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
