import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { runPython } from "../testing/fixtures.js";
import { decodeHeader, encodeHeader, HEADER_LIMIT } from "./safetensors.js";

const read = (file: Uint8Array) => (offset: number, length: number) =>
  file.subarray(offset, offset + length);
const decode = (file: Uint8Array) => decodeHeader(read(file), file.byteLength);

function fileOf(header: unknown, data = 0): Buffer {
  const text = Buffer.from(typeof header === "string" ? header : JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.byteLength));
  return Buffer.concat([length, text, Buffer.alloc(data)]);
}

describe("safetensors headers", () => {
  test("come back as they were written, the data at a multiple of 8", () => {
    const name = fc.string({ unit: "grapheme", minLength: 1 });
    const tensor = fc.record({ name, size: fc.nat(50) });
    const tensors = fc.uniqueArray(tensor, { selector: (item) => item.name, maxLength: 20 });
    fc.assert(
      fc.property(tensors, fc.string({ unit: "grapheme" }), (list, note) => {
        const entries = list
          .filter((item) => item.name !== "__metadata__")
          .map(({ name: label, size }) => ({
            name: label,
            dtype: "F32",
            shape: [size],
            length: 4 * size,
          }));
        const header = encodeHeader(entries, { note });
        const total = entries.reduce((sum, entry) => sum + entry.length, 0);
        const decoded = decode(Buffer.concat([header, Buffer.alloc(total)]));
        expect(decoded.dataStart % 8).toBe(0);
        expect(decoded.metadata).toEqual({ note });
        expect([...decoded.entries].map(([key, { shape }]) => [key, shape])).toEqual(
          entries.map((entry) => [entry.name, entry.shape]),
        );
      }),
    );
  });

  test("are read by Python's safetensors, with a scalar and an empty tensor", () => {
    const data = Float32Array.from([1.5, -2, 3, 7]);
    const header = encodeHeader(
      [
        { name: "wte", dtype: "F32", shape: [3, 1], length: 12 },
        { name: "none", dtype: "I32", shape: [0], length: 0 },
        { name: "é", dtype: "F32", shape: [], length: 4 },
      ],
      { forkpoint: "{}" },
    );
    const file = Buffer.concat([header, Buffer.from(data.buffer)]);
    const program = `
import json, sys, struct, safetensors
content = bytes.fromhex(sys.stdin.read())
print(json.dumps([[name, t["dtype"], t["shape"], list(struct.iter_unpack("<f", bytes(t["data"])))]
  for name, t in sorted(safetensors.deserialize(content))]))`;
    expect(JSON.parse(runPython(program, file.toString("hex")))).toEqual([
      ["none", "I32", [0], []],
      ["wte", "F32", [3, 1], [[1.5], [-2], [3]]],
      ["é", "F32", [], [[7]]],
    ]);
  });

  const entry = (begin: number, end: number) => ({
    dtype: "U8",
    shape: [end - begin],
    data_offsets: [begin, end],
  });
  test.each<[string, Buffer]>([
    ["an empty file", Buffer.alloc(0)],
    ["a header beyond the file", fileOf({}).subarray(0, 9)],
    ["a header of no object", fileOf("[]")],
    ["a gap", fileOf({ a: entry(0, 4), b: entry(8, 12) }, 12)],
    ["an overlap", fileOf({ a: entry(0, 4), b: entry(2, 6) }, 6)],
    ["tensors beyond the file", fileOf({ a: entry(0, 8) }, 4)],
    ["bytes left over", fileOf({ a: entry(0, 4) }, 8)],
    ["an entry without offsets", fileOf({ a: { dtype: "U8", shape: [1] } }, 1)],
    ["a negative offset", fileOf({ a: { dtype: "U8", shape: [1], data_offsets: [-1, 0] } })],
    ["metadata of other than texts", fileOf({ __metadata__: { a: 1 } })],
  ])("refuse %s", (_, file) => {
    expect(() => decode(file)).toThrow(SyntaxError);
  });

  test("longer than the limit are refused unread", () => {
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(HEADER_LIMIT) + 1n);
    const reads: number[] = [];
    const reader = (offset: number, count: number) => {
      reads.push(count);
      return length.subarray(offset, offset + count);
    };
    expect(() => decodeHeader(reader, 2 ** 40)).toThrow(/longer than allowed/);
    expect(reads).toEqual([8]);
  });
});
