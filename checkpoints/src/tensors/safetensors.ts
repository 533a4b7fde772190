/** A tensor in a safetensors file; offsets count from the end of the header. */
export interface SafetensorsEntry {
  dtype: string;
  shape: number[];
  begin: number;
  end: number;
}

/** The header of a safetensors file. */
export interface SafetensorsHeader {
  metadata: Record<string, string>;
  entries: Map<string, SafetensorsEntry>;
  /** Where the tensors begin in the file, bytes. */
  dataStart: number;
}

/** Longer headers are refused unread, as Python's safetensors does. */
export const HEADER_LIMIT = 100_000_000;

/**
 * The header of a safetensors file whose tensors follow one another in this order. It is padded
 * with spaces so that the tensors begin at a multiple of 8. The format allows no gaps between
 * tensors, so each is aligned to its own numbers.
 *
 * @param room padded further to this many bytes, if it is shorter
 * @throws RangeError when it would exceed HEADER_LIMIT
 * @example encodeHeader([{ name: "w", dtype: "F32", shape: [2], length: 8 }], { note: "x" })
 */
export function encodeHeader(
  tensors: readonly { name: string; dtype: string; shape: readonly number[]; length: number }[],
  metadata: Record<string, string>,
  room = 0,
): Buffer {
  const header = new Map<string, unknown>([["__metadata__", metadata]]);
  let offset = 0;
  for (const { name, dtype, shape, length } of tensors) {
    header.set(name, { dtype, shape, data_offsets: [offset, offset + length] });
    offset += length;
  }
  const text = Buffer.from(
    `{${[...header].map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`).join(",")}}`,
  );
  const length = Math.max(Math.ceil(text.byteLength / 8) * 8, room - 8);
  if (length > HEADER_LIMIT) throw new RangeError("the header of the pack is too long");
  const bytes = Buffer.alloc(8 + length, " ");
  bytes.writeBigUInt64LE(BigInt(length), 0);
  text.copy(bytes, 8);
  return bytes;
}

/**
 * Reads the header of a safetensors file and checks that it keeps to the format: no gaps, no
 * overlaps, nothing beyond the file.
 *
 * @param read gives `length` bytes from `offset`, fewer at the end of the file
 * @param size of the whole file, bytes
 * @throws SyntaxError when the file is no safetensors file
 * @example decodeHeader((offset, length) => bytes.subarray(offset, offset + length), bytes.length)
 */
export function decodeHeader(
  read: (offset: number, length: number) => Uint8Array,
  size: number,
): SafetensorsHeader {
  if (size < 8) throw new SyntaxError("the file is shorter than its header's length");
  const length = Number(Buffer.from(read(0, 8)).readBigUInt64LE(0));
  if (length > HEADER_LIMIT) throw new SyntaxError("the header is longer than allowed");
  if (8 + length > size) throw new SyntaxError("the file is shorter than its header");
  const bytes = read(8, length);
  if (bytes.byteLength !== length) throw new SyntaxError("the header could not be read whole");
  const json: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  if (!isRecord(json)) throw new SyntaxError("the header is no object");
  const dataStart = 8 + length;
  const metadata: Record<string, string> = {};
  const entries = new Map<string, SafetensorsEntry>();
  for (const [name, value] of Object.entries(json)) {
    if (!isRecord(value)) throw new SyntaxError(`the entry "${name}" is no object`);
    if (name === "__metadata__") {
      for (const [key, text] of Object.entries(value)) {
        if (typeof text !== "string") throw new SyntaxError("the metadata holds more than texts");
        metadata[key] = text;
      }
    } else {
      entries.set(name, decodeEntry(name, value));
    }
  }
  requireContiguous(entries, size - dataStart);
  return { metadata, entries, dataStart };
}

function decodeEntry(name: string, value: Record<string, unknown>): SafetensorsEntry {
  const { dtype, shape, data_offsets: offsets } = value;
  const whole = (list: unknown): list is number[] =>
    Array.isArray(list) && list.every((item) => Number.isSafeInteger(item) && item >= 0);
  if (typeof dtype !== "string" || !whole(shape) || !whole(offsets) || offsets.length !== 2) {
    throw new SyntaxError(`the entry "${name}" is not as the format says`);
  }
  const [begin, end] = offsets as [number, number];
  return { dtype, shape, begin, end };
}

function requireContiguous(entries: Map<string, SafetensorsEntry>, size: number): void {
  let expected = 0;
  for (const entry of [...entries.values()].sort((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (entry.begin !== expected || entry.end < entry.begin) {
      throw new SyntaxError("the tensors overlap or leave gaps");
    }
    expected = entry.end;
  }
  if (expected !== size) throw new SyntaxError("the tensors do not fill the file");
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
