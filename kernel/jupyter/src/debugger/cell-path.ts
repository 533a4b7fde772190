import { tmpdir } from "node:os";
import { join, sep } from "node:path";

/** Jupyter's debuggers know a cell by the hash of its text; this is the seed that ipykernel takes. */
export const HASH_SEED = 0xc70f6907;

/** How a cell's path ends. */
export const PATH_SUFFIX = ".ts";

/** How it begins. No file lies there: whoever wants the text asks for its `source`. */
export const PATH_PREFIX = join(tmpdir(), `forkpoint_${process.pid}`) + sep;

const MULTIPLIER = 0x5bd1e995;

/**
 * MurmurHash2 (Appleby 2008) of a text's UTF-8 bytes, as Jupyter clients compute it.
 *
 * @returns a whole number below 2 ** 32
 * @example murmur2("", 0) // 0
 */
export function murmur2(text: string, seed: number): number {
  const bytes = Buffer.from(text, "utf8");
  let hash = seed ^ bytes.length;
  const whole = bytes.length & ~3;
  for (let at = 0; at < whole; at += 4) {
    let word = Math.imul(bytes.readInt32LE(at), MULTIPLIER);
    word = Math.imul(word ^ (word >>> 24), MULTIPLIER);
    hash = Math.imul(hash, MULTIPLIER) ^ word;
  }
  if (whole < bytes.length) {
    hash = Math.imul(hash ^ bytes.readUIntLE(whole, bytes.length - whole), MULTIPLIER);
  }
  hash = Math.imul(hash ^ (hash >>> 13), MULTIPLIER);
  return (hash ^ (hash >>> 15)) >>> 0;
}

/**
 * The path by which a debugger's client names a cell.
 *
 * @example cellPath("1 + 1") // "/tmp/forkpoint_4711/2963217036.ts"
 */
export function cellPath(code: string): string {
  return `${PATH_PREFIX}${murmur2(code, HASH_SEED)}${PATH_SUFFIX}`;
}
