import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { decodeHeader } from "./safetensors.js";
import type { SafetensorsHeader } from "./safetensors.js";

/**
 * The header of a safetensors file.
 *
 * @throws SyntaxError or TypeError when it is none, and the system's error
 * @example readHeader("packs/0m8h.safetensors").metadata["forkpoint"]
 */
export function readHeader(file: string): SafetensorsHeader {
  const fd = openSync(file, "r");
  try {
    return decodeHeader((offset, length) => {
      const bytes = new Uint8Array(length);
      return bytes.subarray(0, readSync(fd, bytes, 0, length, offset));
    }, fstatSync(fd).size);
  } finally {
    closeSync(fd);
  }
}
