import type { AsyncBuffer, ColumnChunk, FileMetaData } from "hyparquet";
import { deserializeTCompactProtocol, readVarInt } from "hyparquet/src/thrift.js";

interface Reader {
  view: DataView<ArrayBuffer>;
  offset: number;
}

/** A leaf of a schema: its path, and how deep its values can be repeated or left out. */
export interface Leaf {
  path: string;
  repetition: number;
  definition: number;
}

/** What is wrong with a page; whoever reads the file turns it into its own error. */
function fault(what: string): never {
  throw new Error(`a page of it ${what}`);
}

/**
 * Looks through the pages of columns before they are decoded. The decoder trusts their headers: a length
 * that is missing, or a run of levels that goes past its end, has it go round for ever or fill the memory.
 *
 * @param rows those to be read, the end not included
 * @throws Error when a header or the levels of a page cannot be
 * @example await checkPages(source, metadata, leaves, { begin: 0, end: 100 }, ["step"]);
 */
export async function checkPages(
  source: AsyncBuffer,
  metadata: FileMetaData,
  leaves: readonly Leaf[],
  rows: { begin: number; end: number },
  columns: readonly string[],
): Promise<void> {
  let begin = 0;
  for (const group of metadata.row_groups) {
    const end = begin + Number(group.num_rows);
    if (begin < rows.end && end > rows.begin) {
      for (const [at, chunk] of group.columns.entries()) {
        const leaf = leaves[at]!;
        if (columns.includes(leaf.path.split(".")[0]!)) await checkChunk(source, chunk, leaf);
      }
    }
    begin = end;
  }
}

async function checkChunk(source: AsyncBuffer, chunk: ColumnChunk, leaf: Leaf): Promise<void> {
  const { meta_data: meta } = chunk;
  const first = Number(meta?.dictionary_page_offset || meta?.data_page_offset);
  const size = Number(meta?.total_compressed_size);
  // The least header has more bytes than one; where there are fewer the decoder reads none either.
  if (!(first >= 0 && size >= 0 && first + size <= source.byteLength)) fault("is not in it");
  const view = new DataView(await source.slice(first, first + size));
  const reader: Reader = { view, offset: 0 };
  while (reader.offset < size - 1) {
    const header = deserializeTCompactProtocol(reader);
    const compressed = whole(header["field_3"]);
    whole(header["field_2"]);
    const next = reader.offset + compressed;
    if (next > size) fault("goes past its end");
    const [data, dictionary, second] = ["field_5", "field_7", "field_8"].map(
      (name) => header[name as "field_5"] as Record<string, unknown> | undefined,
    );
    const type = header["field_1"] as unknown;
    if (type === 0) whole(data?.["field_1"]);
    else if (type === 2) whole(dictionary?.["field_1"]);
    else if (type === 3) checkLevels({ ...reader }, second ?? {}, leaf, compressed);
    else fault("is of no kind that Forkpoint writes");
    reader.offset = next;
  }
}

// Of the second kind of data page, whose levels stand in front of what is compressed.
function checkLevels(
  reader: Reader,
  header: Record<string, unknown>,
  leaf: Leaf,
  compressed: number,
): void {
  const values = whole(header["field_1"]);
  const nulls = whole(header["field_2"]);
  const lengths = [whole(header["field_6"]), whole(header["field_5"])];
  if (nulls > values || lengths[0]! + lengths[1]! > compressed) fault("says what cannot be");
  for (const [at, deepest] of [leaf.repetition, leaf.definition].entries()) {
    if (deepest === 0) continue;
    const end = reader.offset + lengths[at]!;
    checkRuns(reader, { end, values, width: 32 - Math.clz32(deepest) });
    reader.offset = end;
  }
}

/** Runs of levels: repeated ones, and packed ones in groups of eight. Parquet's "RLE/bit-packing hybrid". */
function checkRuns(
  reader: Reader,
  { end, values, width }: { end: number; values: number; width: number },
): void {
  let seen = 0;
  while (seen < values) {
    if (reader.offset >= end) fault("has fewer levels than values");
    const header = readVarInt(reader);
    const packed = (header & 1) === 1;
    const count = header >>> 1;
    reader.offset += packed ? count * width : (width + 7) >> 3;
    seen += packed ? count * 8 : count;
    if (count === 0 || reader.offset > end) fault("has levels past their end");
  }
  // Groups are filled up to eight.
  if (seen >= values + 8) fault("has more levels than values");
}

function whole(value: unknown): number {
  if (typeof value !== "number" || !Number.isInteger(value) || value < 0) {
    fault("says what cannot be");
  }
  return value as number;
}
