import { open, readFile } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import { zstdDecompressSync } from "node:zlib";
import {
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
import type { Data } from "apache-arrow";
import { parquetMetadataAsync, parquetRead } from "hyparquet";
import type { AsyncBuffer, DecodedArray, FileMetaData, RowGroup } from "hyparquet";
import { checkPages, leavesOf } from "./page-check.js";
import { tableFromParquet } from "./parquet.js";

/** Which rows and columns of sealed rows are wanted. */
export interface Wanted {
  /** Steps, both ends included. */
  from: number;
  to: number;
  /** Besides `step`; all if not given. */
  columns?: readonly string[] | undefined;
}

const FOOTER_GUESS = 64 * 1024;
// A group of rows is 128 KB a column: what claims to be so much bigger is no file of ours.
const PAGE_LIMIT = 64 * 2 ** 20;

/**
 * The groups of rows of a sealed file that hold the steps asked for, with the columns asked for;
 * nothing else is read. Rows around the range may come along.
 *
 * @throws Error when it is no Parquet file, and the system's error
 * @example const table = await readSealed(file, { from: 500, to: 1500, columns: ["train_loss"] });
 */
export async function readSealed(file: string, wanted: Wanted): Promise<Table> {
  const handle = await open(file, "r");
  try {
    const { size } = await handle.stat();
    const table = await readGroups(sourceOf(handle, size), wanted);
    return table ?? tableFromParquet(await readFile(handle));
  } finally {
    await handle.close();
  }
}

/**
 * The names of the columns of a sealed file, from its end alone. Throws as readSealed.
 *
 * @example await sealedColumns(file) // ["step", "wall", "train_loss"]
 */
export async function sealedColumns(file: string): Promise<string[]> {
  const handle = await open(file, "r");
  try {
    const { size } = await handle.stat();
    return columnNames(await metadataOf(sourceOf(handle, size)));
  } finally {
    await handle.close();
  }
}

/**
 * As readSealed, from any source of bytes; null when all of it is wanted, which is read faster as a
 * whole.
 *
 * @example const table = await readGroups(asyncBuffer, { from: 0, to: 99, columns: ["train_loss"] });
 */
export async function readGroups(source: AsyncBuffer, wanted: Wanted): Promise<Table | null> {
  const metadata = await metadataOf(source);
  const names = columnNames(metadata);
  if (!names.includes("step")) throw new Error('it has no column "step"');
  let begin = 0;
  const chosen: { begin: number; end: number }[] = [];
  for (const group of metadata.row_groups) {
    const end = begin + Number(group.num_rows);
    if (mayHold(group, wanted)) chosen.push({ begin, end });
    begin = end;
  }
  const columns = wanted.columns && names.filter((name) => wanted.columns!.includes(name));
  if (chosen.length === metadata.row_groups.length && !columns) return null;
  const read = [...new Set(["step", ...(columns ?? names)])];
  const fields = read.map((name) => fieldOf(metadata, name));
  const schema = new Schema(fields);
  const batches: RecordBatch[] = [];
  for (const rows of chosen) {
    const found = await readColumns(source, metadata, read, rows);
    const children = fields.map((field) => columnData(field, found.get(field.name), rows));
    const length = rows.end - rows.begin;
    batches.push(new RecordBatch(schema, makeData({ type: new Struct(fields), length, children })));
  }
  return new Table(schema, batches);
}

/** The bytes of an open file, read as they are asked for. @example sourceOf(handle, (await handle.stat()).size) */
export function sourceOf(handle: FileHandle, size: number): AsyncBuffer {
  return {
    byteLength: size,
    async slice(start, end = size) {
      const bytes = new Uint8Array(end - start);
      let filled = 0;
      while (filled < bytes.byteLength) {
        const { bytesRead } = await handle.read(bytes, filled, undefined, start + filled);
        if (bytesRead === 0) throw new Error("it is shorter than it says");
        filled += bytesRead;
      }
      return bytes.buffer;
    },
  };
}

/**
 * What the end of a Parquet file says of it. Each group of rows has the columns that the schema
 * names, and no others: the reader would fail in the midst of reading, with errors that nobody awaits.
 *
 * @param leaves the paths of the columns, if they are known; else all must be flat
 * @throws Error when it is no such file
 * @example (await metadataOf(source)).num_rows
 */
export async function metadataOf(
  source: AsyncBuffer,
  leaves?: readonly string[],
): Promise<FileMetaData> {
  const options = { initialFetchSize: FOOTER_GUESS, geoparquet: false };
  const metadata = await parquetMetadataAsync(source, options);
  const named = leavesOf(metadata.schema).map(({ path }) => path);
  if (leaves ? named.join() !== leaves.join() : named.some((path) => path.includes("."))) {
    throw new Error("its columns are none that Forkpoint writes");
  }
  for (const { columns } of metadata.row_groups) {
    const paths = columns.map(({ meta_data: meta }) => meta?.path_in_schema.join("."));
    if (paths.join() !== named.join()) throw new Error("a group of its rows has other columns");
  }
  return metadata;
}

function columnNames({ schema }: FileMetaData): string[] {
  return schema.slice(1).map(({ name }) => name);
}

function mayHold(group: RowGroup, { from, to }: Wanted): boolean {
  const steps = group.columns.find(({ meta_data: meta }) => meta?.path_in_schema[0] === "step");
  const { min_value: min, max_value: max } = steps?.meta_data?.statistics ?? {};
  if (typeof min !== "bigint" || typeof max !== "bigint") return true;
  return Number(max) >= from && Number(min) <= to;
}

async function readColumns(
  source: AsyncBuffer,
  metadata: FileMetaData,
  columns: string[],
  { begin, end }: { begin: number; end: number },
): Promise<Map<string, DecodedArray>> {
  const found = new Map<string, DecodedArray>();
  await checkPages(source, metadata, { begin, end }, columns);
  await parquetRead({
    file: source,
    metadata,
    columns,
    rowStart: begin,
    rowEnd: end,
    geoparquet: false,
    compressors: {
      ZSTD: (input, length) =>
        new Uint8Array(
          zstdDecompressSync(input, { maxOutputLength: Math.min(length, PAGE_LIMIT) }),
        ),
    },
    parsers: { timestampFromMilliseconds: (milliseconds) => milliseconds },
    onChunk: ({ columnName, columnData }) => void found.set(columnName, columnData),
  });
  return found;
}

function fieldOf({ schema }: FileMetaData, name: string): Field {
  const { type, logical_type: logical } = schema.find((element) => element.name === name)!;
  const arrow =
    type === "BYTE_ARRAY"
      ? new Utf8()
      : logical?.type === "TIMESTAMP"
        ? new Timestamp(TimeUnit.MILLISECOND, "UTC")
        : type === "INT64"
          ? new Int64()
          : new Float64();
  return new Field(name, arrow, name !== "step");
}

function columnData(
  { name, type }: Field,
  cells: DecodedArray | undefined,
  { begin, end }: { begin: number; end: number },
): Data {
  const length = end - begin;
  if (cells?.length !== length)
    throw new Error(`its column "${name}" has other rows than the rest`);
  if (type instanceof Utf8) return vectorFromArray([...cells] as (string | null)[], type).data[0]!;
  const values = type instanceof Float64 ? new Float64Array(length) : new BigInt64Array(length);
  const bits = new Uint8Array(Math.ceil(length / 8));
  let nulls = 0;
  for (let row = 0; row < length; row++) {
    const value = cells[row] as number | bigint | null | undefined;
    if (value === null || value === undefined) nulls += 1;
    else {
      values[row] = value;
      bits[row >> 3]! |= 1 << (row & 7);
    }
  }
  const valid = nulls > 0 ? { nullBitmap: bits } : {};
  return makeData({ type, length, nullCount: nulls, ...valid, data: values } as never) as Data;
}
