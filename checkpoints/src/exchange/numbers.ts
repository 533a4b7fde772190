import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { decodeHeader } from "../tensors/safetensors.js";
import type { SafetensorsHeader } from "../tensors/safetensors.js";

/** A tensor from a safetensors file, as float32 whatever it was. */
export interface ReadTensor {
  shape: number[];
  values: Float32Array<ArrayBuffer>;
}

const WIDTHS: Record<string, number> = { F64: 8, F32: 4, F16: 2, BF16: 2 };

/**
 * The header of a safetensors file on disk, checked, and a way to its tensors.
 *
 * @throws SyntaxError when it is no safetensors file, and the system's error
 * @example withSafetensors("model.safetensors", ({ header, read }) => read("wte.weight"))
 */
export function withSafetensors<T>(
  file: string,
  act: (open: { header: SafetensorsHeader; read(name: string): ReadTensor }) => T,
): T {
  const fd = openSync(file, "r");
  try {
    const stat = fstatSync(fd);
    if (!stat.isFile()) throw new SyntaxError("it is no file");
    const bytesAt = (offset: number, length: number): Uint8Array<ArrayBuffer> => {
      const bytes = new Uint8Array(length);
      let filled = 0;
      while (filled < length) {
        const count = readSync(fd, bytes, filled, length - filled, offset + filled);
        if (count === 0) throw new SyntaxError("it ends too soon");
        filled += count;
      }
      return bytes;
    };
    const header = decodeHeader(bytesAt, stat.size);
    return act({
      header,
      read(name) {
        const entry = header.entries.get(name);
        if (!entry) throw new SyntaxError(`it has no tensor "${name}"`);
        const { dtype, shape, begin, end } = entry;
        const width = WIDTHS[dtype];
        if (width === undefined) {
          throw new SyntaxError(`the tensor "${name}" is of the type ${dtype.slice(0, 20)}`);
        }
        const count = shape.reduce((product, size) => product * size, 1);
        if (count * width !== end - begin) {
          throw new SyntaxError(`the tensor "${name}" has another size than its shape`);
        }
        const values = float32(bytesAt(header.dataStart + begin, end - begin), dtype);
        return { shape, values };
      },
    });
  } finally {
    closeSync(fd);
  }
}

/**
 * Numbers of one of the types F64, F32, F16 and BF16 as float32; only F64 loses by it.
 *
 * @example float32(bytes, "BF16")
 */
export function float32(bytes: Uint8Array<ArrayBuffer>, dtype: string): Float32Array<ArrayBuffer> {
  if (dtype === "F32")
    return new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
  if (dtype === "F64") {
    const doubles = new Float64Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 8);
    return Float32Array.from(doubles);
  }
  const halves = new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 2);
  const values = new Float32Array(halves.length);
  const bits = new Uint32Array(values.buffer);
  if (dtype === "BF16") {
    for (const [at, half] of halves.entries()) bits[at] = half << 16;
    return values;
  }
  for (const [at, half] of halves.entries()) values[at] = halfFloat(half);
  return values;
}

function halfFloat(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
