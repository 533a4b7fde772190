import { tableFromIPC } from "apache-arrow";
import { expect, test } from "vitest";
import { lossRows, metricsStream } from "../testing/fixtures.js";
import { metricsChunk } from "./chunk.js";

const segmentOf = ({ schema, batches }: { schema: Uint8Array; batches: Uint8Array }) =>
  tableFromIPC(Buffer.concat([schema, batches]));

test("a chunk of a form seen before is taken apart as the first one was", () => {
  const first = metricsStream(lossRows(0, 4, 1));
  const taken = metricsChunk(first);
  expect(metricsChunk(first.slice())).toEqual(taken);
  const later = metricsChunk(metricsStream(lossRows(5, 9, 7)));
  expect(later).toMatchObject({ rows: 5, firstStep: 5, lastStep: 9, schema: taken.schema });
  expect(segmentOf(later).toArray().map(String)).toEqual(
    tableFromIPC(metricsStream(lossRows(5, 9, 7)))
      .toArray()
      .map(String),
  );
});

test("and is refused for the same reasons", () => {
  const good = metricsStream(lossRows(10, 14, 1));
  metricsChunk(good);
  const steps = (change: (at: number) => bigint): Uint8Array => {
    const bytes = good.slice();
    const column = tableFromIPC(bytes).getChild("step")!.data[0]!.values as BigInt64Array;
    column.forEach((_, at) => (column[at] = change(at)));
    return bytes;
  };
  expect(metricsChunk(steps((at) => BigInt(at))).lastStep).toBe(4);
  expect(() => metricsChunk(steps((at) => BigInt(-at)))).toThrow(/comes after|no whole number/);
  expect(() => metricsChunk(steps(() => 3n))).toThrow("step 3 comes after step 3");
  expect(() => metricsChunk(steps((at) => 2n ** 60n + BigInt(at)))).toThrow(/no whole number/);
  for (const cut of [1, 8, 60]) {
    const { byteLength } = good;
    const shorter = good.slice(0, byteLength - cut);
    const zeros = good.slice().fill(0, byteLength - cut);
    for (const bytes of [shorter, zeros]) {
      try {
        // What can be read is what was there: the end mark may be missing, numbers may not.
        expect(segmentOf(metricsChunk(bytes)).numRows).toBe(5);
      } catch (error) {
        expect(error).toMatchObject({ code: "MetricsInvalid" });
      }
    }
  }
});
