/** Bytes beside the JSON: a `DataView` in the page, a `Uint8Array` in the kernel. */
export type Binary = DataView | Uint8Array | ArrayBuffer;

/**
 * The bytes of a {@link Binary}, without copying.
 *
 * @example bytesOf(new DataView(buffer, 8, 16)).byteLength === 16
 */
export function bytesOf(binary: Binary): Uint8Array {
  if (binary instanceof Uint8Array) return binary;
  if (binary instanceof ArrayBuffer) return new Uint8Array(binary);
  return new Uint8Array(binary.buffer, binary.byteOffset, binary.byteLength);
}
