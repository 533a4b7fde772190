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

/**
 * The columns of a schema that have values, those in lists and groups too, in their order.
 *
 * @throws Error when it is no whole schema
 * @example leavesOf(metadata.schema).map(({ path }) => path) // ["step", "train_loss"]
 */
export function leavesOf(schema: FileMetaData["schema"]): Leaf[] {
  const leaves: Leaf[] = [];
  let next = 1;
  const take = (count: number, above: Leaf): void => {
    for (let child = 0; child < count; child++) {
      const element = schema[next++];
      if (!element) throw new Error("its schema ends too early");
      const { name, repetition_type: kind } = element;
      const leaf = {
        path: above.path === "" ? name : `${above.path}.${name}`,
        repetition: above.repetition + (kind === "REPEATED" ? 1 : 0),
        definition: above.definition + (kind === "REQUIRED" ? 0 : 1),
      };
      if (element.num_children) take(element.num_children, leaf);
      else leaves.push(leaf);
    }
  };
  take(schema[0]?.num_children ?? 0, { path: "", repetition: 0, definition: 0 });
  if (next !== schema.length) throw new Error("its schema does not end");
  return leaves;
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
 * @example await checkPages(source, metadata, { begin: 0, end: 100 }, ["step"]);
 */
export async function checkPages(
  source: AsyncBuffer,
  metadata: FileMetaData,
  rows: { begin: number; end: number },
  columns: readonly string[],
): Promise<void> {
  const leaves = leavesOf(metadata.schema);
  const wanted = leaves.map(({ path }) => columns.includes(path.split(".")[0]!));
  const checks: Promise<void>[] = [];
  let begin = 0;
  for (const group of metadata.row_groups) {
    const end = begin + Number(group.num_rows);
    if (begin < rows.end && end > rows.begin) {
      for (const [at, chunk] of group.columns.entries()) {
        if (wanted[at]) checks.push(checkChunk(source, chunk, leaves[at]!));
      }
    }
    begin = end;
  }
  await Promise.all(checks);
}

/** The parts of a Thrift struct: "field_" and their number in parquet.thrift. */
type Fields = Record<string, unknown>;

async function checkChunk(source: AsyncBuffer, chunk: ColumnChunk, leaf: Leaf): Promise<void> {
  const { meta_data: meta } = chunk;
  const first = Number(meta?.dictionary_page_offset || meta?.data_page_offset);
  const size = Number(meta?.total_compressed_size);
  if (!(first >= 0 && size >= 0 && first + size <= source.byteLength)) fault("is not in it");
  const reader: Reader = {
    view: new DataView(await source.slice(first, first + size)),
    offset: 0,
  };
  // The least header has more bytes than one; where there are fewer the decoder reads none either.
  while (reader.offset < size - 1) {
    const header = deserializeTCompactProtocol(reader) as Fields;
    const part = (name: string): Fields => (header[name] ?? {}) as Fields;
    const { field_1: type, field_2: uncompressed, field_3: compressed } = header;
    whole(uncompressed);
    const next = reader.offset + whole(compressed);
    if (next > size) fault("goes past its end");
    if (type === 0) whole(part("field_5")["field_1"]);
    else if (type === 2) whole(part("field_7")["field_1"]);
    else if (type === 3) checkLevels({ ...reader }, part("field_8"), leaf, next);
    else fault("is of no kind that Forkpoint writes");
    reader.offset = next;
  }
}

// Of the second kind of data page, whose levels stand in front of what is compressed.
function checkLevels(reader: Reader, header: Fields, leaf: Leaf, pageEnd: number): void {
  const values = whole(header["field_1"]);
  const nulls = whole(header["field_2"]);
  const levels = [
    { deepest: leaf.repetition, length: whole(header["field_6"]) },
    { deepest: leaf.definition, length: whole(header["field_5"]) },
  ];
  const all = levels.reduce((sum, { length }) => sum + length, 0);
  if (nulls > values || reader.offset + all > pageEnd) fault("says what cannot be");
  for (const { deepest, length } of levels) {
    if (deepest === 0) continue;
    const end = reader.offset + length;
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
