import { createRequire } from "node:module";
import { open } from "node:fs/promises";
import { gunzipSync } from "node:zlib";
import { parquetRead, parquetReadObjects } from "hyparquet";
import type { AsyncBuffer, FileMetaData } from "hyparquet";
import type { SchemaDefinition } from "parquetjs";
import { checkPages } from "../metrics/page-check.js";
import { metadataOf, sourceOf } from "../metrics/sealed-reader.js";
import type { SnapshotCells } from "./rows.js";

type ParquetJs = typeof import("parquetjs");

const load = createRequire(import.meta.url);
const GROUP = 64;
const PAGE_LIMIT = 512 * 2 ** 20;

const zipped = { compression: "GZIP" } as const;
// Least and greatest of texts and bytes would be copies of them.
const bare = { ...zipped, statistics: false } as const;
const text = { type: "UTF8", ...bare } as const;
const listOf = (element: object, optional: boolean): object => ({
  type: "LIST",
  optional,
  statistics: false,
  fields: { list: { repeated: true, fields: { element } } },
});
const whole = { type: "INT32", ...bare };
const candidate = { fields: { token: text, probability: { type: "DOUBLE", ...bare } } };
const floats = listOf({ type: "FLOAT", ...bare }, false);
const SCHEMA = {
  step: { type: "INT64", ...zipped },
  wall: { type: "TIMESTAMP_MILLIS", ...zipped },
  kind: { type: "UTF8", ...zipped },
  prompt: { ...text, optional: true },
  text: { ...text, optional: true },
  tokens: listOf({ fields: { token: text, candidates: listOf(candidate, true) } }, true),
  attention: {
    optional: true,
    fields: {
      ...{ layers: whole, heads: whole, size: whole, scales: floats },
      values: { type: "BYTE_ARRAY", ...bare },
    },
  },
  points: listOf({ fields: { label: text, vector: floats } }, true),
} as unknown as SchemaDefinition;

const NESTED = ["tokens", "attention", "points"];

const LEAVES = [
  ...["step", "wall", "kind", "prompt", "text"],
  "tokens.list.element.token",
  ...["token", "probability"].map((name) => `tokens.list.element.candidates.list.element.${name}`),
  ...["layers", "heads", "size", "scales.list.element", "values"].map(
    (name) => `attention.${name}`,
  ),
  ...["label", "vector.list.element"].map((name) => `points.list.element.${name}`),
];

/**
 * Rows of snapshots as the bytes of a Parquet file with nested columns.
 *
 * @example const bytes = await sealedSnapshots(rows);
 */
export async function sealedSnapshots(rows: Iterable<SnapshotCells>): Promise<Uint8Array> {
  // Half a second of loading, needed only where snapshots are sealed.
  const { ParquetSchema, ParquetWriter } = load("parquetjs") as ParquetJs;
  const parts: Uint8Array[] = [];
  const sink = {
    write(part: Uint8Array, done: (error?: Error) => void) {
      parts.push(part);
      done();
    },
    end: (done: (error?: Error) => void) => done(),
  };
  const writer = await ParquetWriter.openStream(new ParquetSchema(SCHEMA), sink as never, {
    // Its page index names wrong rows.
    pageIndex: false,
    rowGroupSize: GROUP,
  });
  for (const row of rows) await writer.appendRow(record(row));
  await writer.close();
  return Buffer.concat(parts);
}

function record({ prompt, text: words, tokens, attention, points, ...row }: SnapshotCells) {
  const list = <T>(items: readonly T[]) => ({ list: items.map((element) => ({ element })) });
  return {
    ...row,
    wall: new Date(Number(row.wall)),
    ...(prompt === null ? {} : { prompt }),
    ...(words === null ? {} : { text: words }),
    ...(tokens && {
      tokens: list(
        tokens.map(({ token, candidates }) => ({
          token,
          ...(candidates && { candidates: list(candidates) }),
        })),
      ),
    }),
    ...(attention && {
      attention: {
        ...attention,
        scales: list(attention.scales),
        values: Buffer.from(attention.values),
      },
    }),
    ...(points && {
      points: list(points.map(({ label, vector }) => ({ label, vector: list(vector) }))),
    }),
  };
}

/** A sealed file of snapshots, open. */
export interface SealedSnapshots {
  /** How many rows it has. */
  rows: number;
  /** Steps and kinds of all rows, without the rest. */
  outline(): Promise<{ step: number; kind: string }[]>;
  /** Rows by number, the end not included. */
  read(begin: number, end: number): Promise<SnapshotCells[]>;
  close(): Promise<void>;
}

/**
 * Opens a sealed file of snapshots.
 *
 * @throws Error when it is no such file, and the system's error
 * @example const file = await openSealed(path); await file.read(0, 1); await file.close();
 */
export async function openSealed(path: string): Promise<SealedSnapshots> {
  const handle = await open(path, "r");
  try {
    const source = sourceOf(handle, (await handle.stat()).size);
    const metadata = await metadataOf(source, LEAVES);
    return { ...reading(source, metadata), close: () => handle.close() };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

function reading(file: AsyncBuffer, metadata: FileMetaData): Omit<SealedSnapshots, "close"> {
  const rows = Number(metadata.num_rows);
  const options = (range: { rowStart: number; rowEnd: number }, columns: string[]) => ({
    ...{ file, metadata, ...range, columns },
    ...{ geoparquet: false, utf8: false },
    parsers: { timestampFromMilliseconds: (milliseconds: unknown) => milliseconds },
    compressors: {
      GZIP: (input: Uint8Array, length: number) =>
        new Uint8Array(gunzipSync(input, { maxOutputLength: Math.min(length, PAGE_LIMIT) || 1 })),
    },
  });
  async function read(range: { rowStart: number; rowEnd: number }, columns: string[]) {
    const wanted = { begin: range.rowStart, end: range.rowEnd };
    await checkPages(file, metadata, wanted, columns);
    // Of a nested column with several damaged parts the reader awaits only the first: the others'
    // errors would end the process. Without rows to be made it awaits them all.
    const nested = columns.filter((name) => NESTED.includes(name));
    if (nested.length > 0) await parquetRead(options(range, nested));
    return parquetReadObjects(options(range, columns));
  }
  return {
    rows,
    async outline() {
      const found = await read({ rowStart: 0, rowEnd: rows }, ["step", "kind"]);
      return found.map(({ step, kind }) => ({ step: Number(step), kind: String(kind) }));
    },
    async read(rowStart, rowEnd) {
      if (rowStart >= rowEnd) return [];
      return (await read({ rowStart, rowEnd }, Object.keys(SCHEMA))) as SnapshotCells[];
    },
  };
}
