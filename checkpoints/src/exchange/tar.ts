import { readSync } from "node:fs";

/** A file inside a tar file: where its bytes lie. */
export interface TarEntry {
  name: string;
  /** From the start of the tar file, bytes. */
  offset: number;
  size: number;
}

const BLOCK = 512;
const NAME = 100;
const SIZE_AT = 124;
const SUM_AT = 148;
const OCTAL_LIMIT = 8 ** 11;

/** Two empty blocks, which end a tar file. */
export const TAR_END = Buffer.alloc(2 * BLOCK);

/**
 * The header of a plain file in a tar file (ustar), the same for the same file at all times.
 *
 * @throws RangeError when the name has more than 100 bytes
 * @example tarHeader("packs/0m8h.safetensors", 9_800_000)
 */
export function tarHeader(name: string, size: number): Buffer {
  if (Buffer.byteLength(name) > NAME) throw new RangeError(`the name ${name} is too long`);
  const header = Buffer.alloc(BLOCK);
  header.write(name, 0);
  header.write("0000600\0", 100);
  header.write("0000000\0", 108);
  header.write("0000000\0", 116);
  if (size < OCTAL_LIMIT) header.write(`${size.toString(8).padStart(11, "0")}\0`, SIZE_AT);
  else {
    header[SIZE_AT] = 0x80;
    header.writeBigUInt64BE(BigInt(size), SIZE_AT + 4);
  }
  header.write("00000000000\0", 136);
  header.write("0", 156);
  header.write("ustar\0" + "00", 257);
  header.write(`${sumOf(header).toString(8).padStart(6, "0")}\0 `, SUM_AT);
  return header;
}

/** The empty bytes after a file of this size. @example tarPadding(10).byteLength // 502 */
export function tarPadding(size: number): Buffer {
  return Buffer.alloc((BLOCK - (size % BLOCK)) % BLOCK);
}

/**
 * The files inside a tar file. Only headers are read.
 *
 * @param fd the open file
 * @param total its bytes
 * @param limit the most entries
 * @throws SyntaxError when it is no tar file of plain files, and the system's error
 * @example tarEntries(fd, fstatSync(fd).size, 10_000).map((entry) => entry.name)
 */
export function tarEntries(fd: number, total: number, limit: number): TarEntry[] {
  const entries: TarEntry[] = [];
  const header = Buffer.alloc(BLOCK);
  for (let at = 0; ;) {
    if (at + BLOCK > total) throw new SyntaxError("it ends before its end mark");
    if (readSync(fd, header, 0, BLOCK, at) !== BLOCK) throw new SyntaxError("it ends too soon");
    if (header.every((byte) => byte === 0)) return entries;
    if (entries.length === limit) throw new SyntaxError(`it holds more than ${limit} files`);
    const sum = octal(header, SUM_AT, 8);
    if (header.toString("latin1", 257, 262) !== "ustar" || sum !== sumOf(header)) {
      throw new SyntaxError("it is no tar file, or damaged");
    }
    const kind = header[156]!;
    const size = header[SIZE_AT]! & 0x80 ? large(header) : octal(header, SIZE_AT, 12);
    const name = text(header, 0, NAME);
    if (kind !== 0x30 && kind !== 0 && kind !== 0x35) {
      throw new SyntaxError(`"${name}" in it is neither a file nor a folder`);
    }
    const offset = at + BLOCK;
    if (!(size >= 0) || offset + size > total) throw new SyntaxError(`"${name}" in it is cut off`);
    if (kind === 0x35 && size > 0) throw new SyntaxError(`the folder "${name}" in it has content`);
    if (header[345] !== 0) throw new SyntaxError(`the name of "${name}" in it is too long`);
    if (kind !== 0x35) entries.push({ name, offset, size });
    at = offset + Math.ceil(size / BLOCK) * BLOCK;
  }
}

// The sum of all bytes of the header, its own field taken as spaces.
function sumOf(header: Buffer): number {
  let sum = 8 * 0x20;
  for (const [at, byte] of header.entries()) if (at < SUM_AT || at >= SUM_AT + 8) sum += byte;
  return sum;
}

function text(header: Buffer, at: number, length: number): string {
  const field = header.subarray(at, at + length);
  const end = field.indexOf(0);
  return field.toString("utf8", 0, end === -1 ? length : end);
}

function octal(header: Buffer, at: number, length: number): number {
  const digits = text(header, at, length).trim();
  return /^[0-7]{1,12}$/.test(digits) ? Number.parseInt(digits, 8) : Number.NaN;
}

function large(header: Buffer): number {
  if (header[SIZE_AT] !== 0x80 || header.readUInt32BE(SIZE_AT) !== 0x80_00_00_00) return Number.NaN;
  return Number(header.readBigUInt64BE(SIZE_AT + 4));
}
