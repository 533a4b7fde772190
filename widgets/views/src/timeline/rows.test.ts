import {
  Float64,
  Int64,
  TimestampMillisecond,
  tableFromArrays,
  tableFromIPC,
  tableToIPC,
  type Vector,
  vectorFromArray,
  Table,
} from "apache-arrow";
import { WireInvalid } from "@forkpoint/wire";
import { describe, expect, test } from "vitest";
import { appendRows, createColumns } from "./columns.js";
import { decodeRows } from "./rows.js";

function chunk(steps: number[], columns: Record<string, (number | null)[]> = {}): Uint8Array {
  const vectors: Record<string, Vector> = {
    step: vectorFromArray(steps.map(BigInt), new Int64()),
    wall: vectorFromArray(steps, new TimestampMillisecond()),
  };
  for (const [name, values] of Object.entries(columns)) {
    vectors[name] = vectorFromArray(values, new Float64());
  }
  return tableToIPC(new Table(vectors), "stream");
}

describe("reading an Arrow stream", () => {
  test("gives steps as numbers, nulls as NaN, and no wall times", () => {
    const rows = decodeRows(
      chunk([3, 4, 9], { train_loss: [2, 1.5, 1], validation_loss: [null, 7, null] }),
    );
    expect([...rows.step]).toEqual([3, 4, 9]);
    expect([...rows.values.keys()]).toEqual(["train_loss", "validation_loss"]);
    expect([...rows.values.get("train_loss")!]).toEqual([2, 1.5, 1]);
    expect([...rows.values.get("validation_loss")!]).toEqual([NaN, 7, NaN]);
  });

  test("knows nulls wherever they begin and end", () => {
    const values = Array.from({ length: 500 }, (_, row) =>
      (row > 3 && row < 40) || row % 29 === 0 || row > 470 ? null : row,
    );
    const steps = values.map((_, row) => row);
    const table = tableFromIPC(chunk(steps, { train_loss: values })).slice(5, 490);
    const rows = decodeRows(tableToIPC(table, "stream"));
    const expected = values.slice(5, 490).map((value) => value ?? NaN);
    expect([...rows.values.get("train_loss")!]).toEqual(expected);
  });

  test("reads a DataView into a larger buffer, as the page gets it", () => {
    const bytes = chunk([1, 2]);
    const larger = new Uint8Array(bytes.byteLength + 32);
    larger.set(bytes, 16);
    const view = new DataView(larger.buffer, 16, bytes.byteLength);
    expect([...decodeRows(view).step]).toEqual([1, 2]);
  });

  test.each<[string, Uint8Array]>([
    ["a stream without steps", tableToIPC(tableFromArrays({ loss: Float64Array.of(1) }), "stream")],
    ["a text as step", tableToIPC(tableFromArrays({ step: ["1"] }), "stream")],
    ["a step twice", chunk([5, 5])],
    ["a step below 0", chunk([-1])],
  ])("refuses %s", (_, bytes) => expect(() => decodeRows(bytes)).toThrow(WireInvalid));
});

describe("growing columns", () => {
  const step = (columns: ReturnType<typeof createColumns>) => [
    ...columns.step.subarray(0, columns.length),
  ];
  const values = (columns: ReturnType<typeof createColumns>, name: string) => [
    ...columns.values.get(name)!.subarray(0, columns.length),
  ];

  test("fill with NaN where a part lacks a column", () => {
    const columns = createColumns();
    appendRows(columns, decodeRows(chunk([0, 1], { train_loss: [4, 3] })));
    appendRows(columns, decodeRows(chunk([2], { probe: [9] })));
    appendRows(columns, decodeRows(chunk([3], { train_loss: [1] })));
    expect(values(columns, "train_loss")).toEqual([4, 3, NaN, 1]);
    expect(values(columns, "probe")).toEqual([NaN, NaN, 9, NaN]);
  });

  test("drop the rows that a run which resumed earlier hides", () => {
    const columns = createColumns();
    appendRows(columns, decodeRows(chunk([0, 1, 2, 3], { probe: [1, 2, 3, 4] })));
    appendRows(columns, decodeRows(chunk([2, 3], { train_loss: [8, 9] })));
    expect(step(columns)).toEqual([0, 1, 2, 3]);
    expect(values(columns, "train_loss")).toEqual([NaN, NaN, 8, 9]);
    expect(values(columns, "probe")).toEqual([1, 2, NaN, NaN]);
  });

  test("into the space behind the first rows, which stay where they are", () => {
    const columns = createColumns();
    const first = Array.from({ length: 5000 }, (_, at) => at);
    appendRows(columns, decodeRows(chunk(first, { probe: first })));
    const memory = [columns.step.buffer, columns.values.get("probe")!.buffer];
    const next = first.map((at) => 5000 + at);
    for (const at of next) appendRows(columns, decodeRows(chunk([at], { probe: [at] })));
    expect(columns.step.buffer).toBe(memory[0]);
    expect(columns.values.get("probe")!.buffer).toBe(memory[1]);
    expect(values(columns, "probe")).toEqual([...first, ...next]);
    appendRows(columns, decodeRows(chunk([10_000], { probe: [7] })));
    expect(values(columns, "probe").slice(-2)).toEqual([9999, 7]);
    expect(step(columns)).toHaveLength(10_001);
  });
});
